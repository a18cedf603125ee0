"""What authz does when asked."""
