"""What notifications thinks: messages, letters, preferences, signatures."""
