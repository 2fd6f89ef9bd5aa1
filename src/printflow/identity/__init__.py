"""Signing in at the institution's provider by OpenID Connect; loaded when someone does."""
