"""A release brought to a fleet one machine at a time, and back again when it does not do well."""
