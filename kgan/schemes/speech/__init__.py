"""Schemes for recorded speech: waves in, waves out. No pictures."""
