"""What the gateway promises."""
