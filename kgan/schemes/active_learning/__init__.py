"""Schemes that choose what is worth a label."""
