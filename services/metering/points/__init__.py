"""Service points, the meters in place at them, the routes they are read on, and who is served there."""
