"""What planning does when asked, by noun."""
