"""One kind of data a file: images, pairs, unpaired sets, masks, captions, label maps."""
