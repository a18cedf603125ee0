"""Administration: health, audit, stories, tenants, flags."""
