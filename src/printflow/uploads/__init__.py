"""Taking in what strangers send: the stream, what kind of file it is, whether all of it came."""
