"""Payments that came back: taken off what they had paid, once."""
