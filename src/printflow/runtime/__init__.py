"""What a long-lived process needs of its machine: time limits, clocks, secrets, log records."""
