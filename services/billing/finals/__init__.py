"""Final bills, what becomes of deposits and credit with them, and refunds."""
