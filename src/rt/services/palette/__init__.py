"""Pallets: who holds whose, vouchers for those still owed, statements that partners agree on."""
