"""What a service is made of, how it asks others, and what it does by the clock."""
