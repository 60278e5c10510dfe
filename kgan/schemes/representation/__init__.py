"""Schemes whose networks say something about a picture: its codes, its latent, its class. No schemes that only draw."""
