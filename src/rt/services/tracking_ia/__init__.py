"""Tracking: positions while on duty, stops reached, honest arrival times, links to follow one order."""
