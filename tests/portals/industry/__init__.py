"""Tests of the shipper's portal."""
