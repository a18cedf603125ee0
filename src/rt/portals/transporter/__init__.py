"""The carrier's portal: offers, planning, fleet, docks and pallets of a haulier."""
