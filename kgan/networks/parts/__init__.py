"""Pieces that several architectures share: size rules, and what a builder's options name."""
