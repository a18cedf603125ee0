"""What notifications thinks: messages, templates, preferences, signatures."""
