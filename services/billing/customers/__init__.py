"""Accounts and their agreements, as the accounts service tells them."""
