"""Tests of the carrier's portal."""
