"""Administration: health, audit, timelines, tenants, flags."""
