"""The lab's figures: pure sums over the ways of its jobs, and what writes them to a file."""
