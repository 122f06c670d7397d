"""Promises to pay in parts: made by a person, kept or broken by what is paid."""
