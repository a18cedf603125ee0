"""Tests of the driver's portal."""
