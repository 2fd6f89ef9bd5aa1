"""Calculates the lab's figures from its jobs, and writes them to files."""
