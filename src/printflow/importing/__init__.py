"""Jobs of an older system: what its rows say, and where its files are. Nothing is written here."""
