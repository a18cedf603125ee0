"""The back office: what the platform's own people see of every unit and organization."""
