"""What a long-running process needs: time limits, clocks, secrets, log records."""
