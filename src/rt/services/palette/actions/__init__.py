"""What the pallet service does when asked."""
