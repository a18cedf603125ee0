"""The words and rules of the trade that several services need. Pure, no I/O."""
