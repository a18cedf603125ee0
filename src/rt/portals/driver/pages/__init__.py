"""Pages and endpoints of the driver's app, one file per noun."""
