"""What the text-to-image task needs above schemes and data: captions as tokens, grids of captions, scores."""
