"""Schemes that carry what was learned with labels in one domain over to another without any."""
