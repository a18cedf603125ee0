"""The back office's pages, split by noun."""
