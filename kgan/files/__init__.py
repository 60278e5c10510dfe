"""Files written whole or not at all. Nothing that knows what is in them."""
