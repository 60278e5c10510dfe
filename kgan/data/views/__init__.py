"""From a stored picture to a training example: decoding, cropping, jitter, masks, degradation. No folders."""
