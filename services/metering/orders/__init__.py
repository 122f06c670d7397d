"""Work at service points that accounts and collections ask for: given to crews, done or not, and told once."""
