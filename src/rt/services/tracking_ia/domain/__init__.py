"""Positions, fences, arrival times and who may see them. Pure."""
