"""The electronic consignment note: issued from the order, signed twice, verifiable by anyone."""
