"""What carries a message out of the platform."""
