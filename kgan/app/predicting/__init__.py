"""Which file becomes which when pictures go in and pictures come out. No networks."""
