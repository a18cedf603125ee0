"""Who is asking and what they may do: actors, tokens, rights."""
