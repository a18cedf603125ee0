"""Runs the platform: topology, all in one, one unit, the edge, the embedded mongod."""
