"""What the service does when asked: issuing, reading, signing, photos and links."""
