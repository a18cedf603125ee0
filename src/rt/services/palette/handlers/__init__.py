"""What the pallet service does on others' events."""
