"""Billing a cycle: preview, approval by a person, issue, certificate; and taking all of it back."""
