"""Requests of the gateway, each with its action; but for what is open, for the platform's people alone."""
