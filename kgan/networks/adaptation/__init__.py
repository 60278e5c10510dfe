"""Networks that read pictures of two domains, and tell the domains apart."""
