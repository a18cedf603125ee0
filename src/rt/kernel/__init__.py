"""What every unit stands on; knows no logistics."""
