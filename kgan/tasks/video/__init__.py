"""What predicting video needs: scores frame by frame beside baselines, sample grids, files of frames."""
