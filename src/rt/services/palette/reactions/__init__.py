"""What the pallet service does when others speak."""
