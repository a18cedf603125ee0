"""Runs the house: topology, all in one, one unit, the edge, the embedded mongod."""
