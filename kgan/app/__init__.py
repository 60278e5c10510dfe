"""The harness all apps share: flags, run folder, stages, checkpoints, report."""
