"""Tests of the consignment note."""
