"""What authz promises."""
