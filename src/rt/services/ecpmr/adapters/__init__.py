"""What turns notes into paper and photos into what may be kept."""
