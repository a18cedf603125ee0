"""Who may do what: organizations, people, sessions, keys and links."""
