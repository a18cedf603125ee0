"""Tests of the recipient's portal."""
