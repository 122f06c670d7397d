"""What a bill is made of, how it is made, and how it is made again to prove it."""
