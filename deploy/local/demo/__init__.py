"""The month that `make demo` lives, and the people who live it."""
