"""What an app can be told to do: train, predict, evaluate, export. Nothing of one task."""
