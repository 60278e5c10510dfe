"""What cleaning speech needs: recordings of any length in and out of networks of one window. No training."""
