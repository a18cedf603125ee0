"""What carries a message out of the house."""
