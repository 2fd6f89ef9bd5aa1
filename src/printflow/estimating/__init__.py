"""Estimates a model's weight and print time with the lab's own slicer."""
