"""What the tracking service does when asked."""
