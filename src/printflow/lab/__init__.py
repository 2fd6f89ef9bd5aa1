"""The composition root: creates and opens a lab. Only this room connects the others."""
