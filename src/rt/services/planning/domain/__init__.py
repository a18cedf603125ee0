"""What planning knows and decides, without any input or output."""
