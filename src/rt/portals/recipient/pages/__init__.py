"""Pages of the recipient's portal, one file per noun."""
