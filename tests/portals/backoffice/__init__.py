"""The back office before services that answer at once."""
