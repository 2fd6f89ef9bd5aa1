"""Reads the mailbox that students' replies come to: IMAP, and emails in a protected process."""
