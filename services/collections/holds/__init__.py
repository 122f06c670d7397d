"""Reasons not to pursue an account, or some of its items: who set them, why, and until when."""
