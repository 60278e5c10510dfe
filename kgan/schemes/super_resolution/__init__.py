"""Schemes that enlarge pictures."""
