"""Networks that fill holes."""
