"""Who leaves a premise and who comes: agreements end and begin, and the meter is read once between them."""
