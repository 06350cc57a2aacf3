"""Foreign formats in, stores out."""
