"""Models looked at: facts, pictures, and what slicers wrote into their files."""
