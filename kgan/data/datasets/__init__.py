"""Named data sets of tensorflow-datasets. No folders."""
