"""Sign-in by a provider: real HTTP, a real provider, and one that lies."""
