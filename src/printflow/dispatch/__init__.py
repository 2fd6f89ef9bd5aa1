"""Does the work that follows a commit: moves files, sends email, queues models for inspection."""
