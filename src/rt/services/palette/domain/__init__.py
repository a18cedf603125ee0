"""The rules of pallet accounts: movements, policies, vouchers, statements. Pure."""
