"""Email: the templates, and the two ways to deliver it, by SMTP or as files."""
