"""Networks that enlarge, and their discriminators."""
