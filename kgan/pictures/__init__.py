"""Pixels: conversions, colors, grids, picture files read and written. The lowest room that knows them; no datasets."""
