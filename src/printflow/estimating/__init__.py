"""What a print will take, reckoned before anybody has sliced it: by the lab's own slicer."""
