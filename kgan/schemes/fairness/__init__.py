"""Schemes whose decisions must not show what they are not to depend on."""
