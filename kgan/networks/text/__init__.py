"""Networks that read sentences, and those that draw and judge pictures by them. No schemes."""
