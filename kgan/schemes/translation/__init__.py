"""Schemes that turn one kind of picture into another."""
