"""The pages of the carrier's portal, split by noun."""
