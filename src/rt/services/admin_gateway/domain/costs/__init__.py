"""What the platform costs a month: prices, measures, and the bill made of them."""
