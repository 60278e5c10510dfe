"""What enlarging pictures needs: networks as they serve, scores beside bicubic."""
