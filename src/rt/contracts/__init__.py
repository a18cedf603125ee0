"""The words services say to each other; one file per service."""
