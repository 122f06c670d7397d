"""What crosses between Curbstop's services, and nothing else. A vendor needs only this package."""
