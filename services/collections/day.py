"""What collections does because a day began: it looks at every account that is late, and takes at most one step.

It waits until billing has said which items became past due with the day: whether an account is looked at today or
tomorrow must not hang on which of two messages was faster.
"""

from chassis.day_work import DayWork, Piece, until
from contracts.topics import BUSINESS_DAY_DONE
from services.collections.cases import work
from services.collections.facts import store

PIECES = (until("balances of the day", store.turned), Piece("steps", work.accounts_of_day, work.do_day))
DAY = DayWork("collections", PIECES, BUSINESS_DAY_DONE)
