"""What the notification service promises."""
