"""Generators from latents, and their discriminators."""
