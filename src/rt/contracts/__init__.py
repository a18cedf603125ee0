"""The messages that services send to each other; one file per service."""
