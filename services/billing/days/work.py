"""What billing does because a day began, gathered: its pieces follow each other in this order."""

from chassis.day_work import DayWork
from contracts.topics import BUSINESS_DAY_DONE
from services.billing.days import balances
from services.billing.finals.work import FINAL_BILLS
from services.billing.late.work import LATE_CHARGES

DAY = DayWork("billing", (balances.PIECE, LATE_CHARGES, FINAL_BILLS), BUSINESS_DAY_DONE)
