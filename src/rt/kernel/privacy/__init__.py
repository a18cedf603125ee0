"""What a person or an organization may ask of their data: keys of subjects, erasure, export."""
