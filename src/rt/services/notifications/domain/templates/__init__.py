"""The templates: one small typed class for each kind of message, in French and English."""
