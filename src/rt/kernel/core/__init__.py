"""What everything else stands on: time, identities, errors, settings, telemetry."""
