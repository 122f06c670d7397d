"""What the meters said, from its arrival to the bill that charges it, and the usage of earlier months."""
