"""ZIP files from strangers, and the 3MF packages that are made of them."""
