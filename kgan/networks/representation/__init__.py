"""Networks that read a latent out of a picture, and judge both together. Generators stand in `generation`."""
