"""Schemes whose samples are frames in time."""
