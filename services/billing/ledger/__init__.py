"""The customer ledger: double entry, append only. Billing's runs use it by what stands here.

await lock(tx, Account, account_ids)
begun = await statements(tx, account_ids, day)
...  # price; amount due = begun.owed + current charges
await post_bills(tx, [BillPosting(...), ...], policy, day)
"""

from services.billing.ledger.bills import BillPosting, Statement, post_bills, reverse_bills, statements
from services.billing.ledger.book import LedgerError

__all__ = ["BillPosting", "LedgerError", "Statement", "post_bills", "reverse_bills", "statements"]
