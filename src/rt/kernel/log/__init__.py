"""The event log: outbox, consumers with leases and offsets, dead letters, sealed segments."""
