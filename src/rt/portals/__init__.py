"""The portals, one folder per audience; pages without data of their own."""
