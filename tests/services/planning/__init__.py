"""What planning promises."""
