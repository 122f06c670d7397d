"""From past due to restored, as pure functions: what is known of an account, and what follows from it."""
