"""The order: what it is, what it may do next, who sees what of it, how it says no. Pure."""
