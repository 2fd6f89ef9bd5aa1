"""Formats money, weights and times for the reader's language, and translates texts."""
