"""Sample grids, label grids and latent walks of generators. No training."""
