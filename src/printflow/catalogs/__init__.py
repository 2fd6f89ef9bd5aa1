"""The catalog as a file, and the newest one as it is remembered between requests."""
