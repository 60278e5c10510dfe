"""The rows of `train_step.py`: the same networks, losses and updates in kgan and in PyTorch."""
