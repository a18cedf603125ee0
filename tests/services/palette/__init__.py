"""Tests of the pallet service."""
