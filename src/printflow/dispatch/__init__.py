"""The work that follows a commit: placing files, sending mail, queueing models for inspection."""
