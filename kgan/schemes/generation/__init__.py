"""Schemes that draw pictures from latents and labels."""
