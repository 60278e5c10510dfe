"""What lies in a folder or an archive: indexes, layouts, problems. No decoding."""
