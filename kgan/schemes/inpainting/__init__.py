"""Schemes that fill holes."""
