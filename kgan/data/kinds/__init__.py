"""One kind of data a file, each with how a folder of it is recognized and what trains on it: `KIND`."""
