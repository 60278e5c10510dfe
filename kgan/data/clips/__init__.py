"""Video files as clips of frames. No still pictures."""
