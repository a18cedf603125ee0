"""Pages that several portals share, each once, with what differs as options."""
