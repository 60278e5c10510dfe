"""Networks along one axis, time: waves in, waves or logits out. No pictures."""
