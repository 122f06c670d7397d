"""The daily shutoff list, and days on which nobody is shut off."""
