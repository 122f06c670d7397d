"""The customer ledger: double entry, append only. Billing's runs use it by what stands here.

await lock(tx, Account, account_ids)
books = await load_books(tx, account_ids)
...  # price; amount due = statement(book, day).owed + current charges
await post_bills(tx, [BillPosting(...), ...], policy, day, books)
"""

from services.billing.ledger.bills import BillPosting, Statement, post_bills, reverse_bills, statement, statements
from services.billing.ledger.book import Book, LedgerError
from services.billing.ledger.store import load_books

__all__ = [
    "BillPosting",
    "Book",
    "LedgerError",
    "Statement",
    "load_books",
    "post_bills",
    "reverse_bills",
    "statement",
    "statements",
]
