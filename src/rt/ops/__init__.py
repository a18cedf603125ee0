"""One file per verb of the operator."""
