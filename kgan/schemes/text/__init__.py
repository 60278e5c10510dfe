"""Schemes that draw what a sentence says, and the embedding of sentences and pictures that they start from."""
