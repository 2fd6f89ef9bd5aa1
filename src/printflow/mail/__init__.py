"""Mails: their templates, and the two ways they leave by."""
