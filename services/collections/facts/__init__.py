"""What others said: accounts, balances, payments and what became of them, notices and what became of them."""
