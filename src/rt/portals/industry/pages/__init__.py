"""Pages of the shipper's portal, one file per thing that they show."""
