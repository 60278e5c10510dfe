"""One run: its folder, stages, checkpoints, interruption, report and charts. No flags."""
