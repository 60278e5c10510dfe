"""Networks that decide about rows of a table, and those that look in a decision for what it must not show."""
