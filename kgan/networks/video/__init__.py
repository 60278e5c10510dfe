"""Networks from frames to frames, or from latents to frames, and their discriminators."""
