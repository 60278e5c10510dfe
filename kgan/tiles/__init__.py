"""How far a network sees, and pictures run through it tile by tile. No pixels of files, no tasks."""
