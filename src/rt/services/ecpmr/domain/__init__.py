"""The consignment note and its rules."""
