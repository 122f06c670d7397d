"""Cases as they are kept: loaded with what is known of their accounts, moved, saved and told."""
