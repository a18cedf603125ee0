"""What the gateway thinks: health, flags, checkpoints, masking, tables."""
