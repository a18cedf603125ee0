"""`rt doctor`: whether this clone, or an environment, is what it should be; production may be refused."""
