"""Examples as resumable `tf.data` batches: sources, keys, guards. Nothing that knows what an example is."""
