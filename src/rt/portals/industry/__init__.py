"""The portal of shippers: orders, carriers, docks, proofs and pallets."""
