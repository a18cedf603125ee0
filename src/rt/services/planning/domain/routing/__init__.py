"""Vehicle routing on plain matrices: the problem, the search, and the check that trusts neither."""
