"""What is stored and how it is found: collections, listings, search, changes, files, encryption at rest."""
