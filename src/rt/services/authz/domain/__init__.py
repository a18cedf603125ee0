"""What authz knows and how it says no; pure."""
