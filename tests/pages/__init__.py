"""Tests of the pages that portals share."""
