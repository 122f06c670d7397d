"""The business day: billing begins it, everyone hears of it, and what became past due that day is announced."""
