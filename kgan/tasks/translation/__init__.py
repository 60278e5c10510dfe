"""What translating one kind of picture into another needs: its training, sample grids, scores."""
