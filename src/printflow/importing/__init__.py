"""Reads the rows and files of an older system. Nothing is written here."""
