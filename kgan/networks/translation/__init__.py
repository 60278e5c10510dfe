"""Networks from picture to picture of one size, and their discriminators."""
