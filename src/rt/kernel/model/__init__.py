"""What services say to each other and what they keep, as types: messages, entities, event envelopes."""
