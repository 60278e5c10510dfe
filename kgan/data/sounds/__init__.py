"""Sound files as arrays, and windows of them. No video's sound."""
