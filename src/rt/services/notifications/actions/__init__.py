"""What notifications does when asked."""
