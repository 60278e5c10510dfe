"""What one task needs above schemes and data, a folder a task. Nothing that two tasks share (that is kgan/app)."""
