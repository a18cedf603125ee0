"""Orders from the draft to the accepted proof of delivery."""
