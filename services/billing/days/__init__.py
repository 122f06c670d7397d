"""The business day: begun when every service is done with the last one; what it brings is done in pieces."""
