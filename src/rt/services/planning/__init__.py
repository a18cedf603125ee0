"""Planning: which truck and driver carry which accepted order, when, and through which dock."""
