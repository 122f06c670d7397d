"""What the days leave in the books: late charges, steps, orders, moves, final bills, refunds, returns.

As in books.py, what may differ between two honest runs is left out.
"""

from tests.faults.books import OF_THE_MONTH, Section

# A payment takes its account off the list: as a payment not counted yet, or by the balance that counts it. Which of the
# two messages came first is chance.
_WHY = (
    "case when why in ('A payment was received that is not in the balance yet.', 'Nothing is past due.')"
    " then 'It was paid.' else why end"
)
CHARGED = (
    Section(
        "late charges",
        "billing",
        "select charge_id, account_id, debt_id, number, revision, free_through, base, amount, service, state,"
        " proposed_on, decided_on, decided_by, why, held, pack_hash from late_charge",
    ),
    Section("fees", "billing", "select * from assessed_charge"),
    Section(
        "final bills",
        "billing",
        "select account_id, ends, state, code, reason, total, since, decided_by, bill_id from final_bill",
    ),
    Section("days done", "billing", "select day, service, counts, money from day_done"),
)
PURSUED = (
    Section(
        "history",
        "collections",
        # Who decided is not chance; which message did is.
        f"select account_id, case_id, day, what, {_WHY}, regexp_replace(actor, '^kafka:.*', 'a message') from history",
    ),
    Section(
        "orders of collections",
        "collections",
        "select id, case_id, account_id, kind, service_point_id, service, asked_on, payments_through, state, undoes"
        " from service_order",
    ),
    Section(
        "shutoff lists", "collections", f"select day, account_id, case_id, state, amount, {_WHY} from shutoff_list"
    ),
    Section("deliveries that collections knows", "collections", "select * from delivery"),
    Section("holds", "collections", "select account_id, kind, set_by, why, since, until, lifted, items from hold"),
    Section("promises that collections knows", "collections", "select * from pending"),
    Section("returns that collections knows", "collections", "select * from payment_return"),
)
WORKED = (
    Section(
        "work orders",
        "metering",
        "select id, account_id, service_point_id, service, kind, state, wanted_on, last_day, payments_through, about,"
        " reason, instructions, requested_on, given_on, given_value, given_kind, crew, dispatched_on, back_cause,"
        " back_reason, cause, ended_why, ended_on, done_on, done_at, withdrawn, remark, value, read_kind, read_id,"
        " question from work_order",
    ),
    Section("withdrawn orders", "metering", "select * from withdrawn_order"),
    Section("payments that metering knows", "metering", "select * from paid_through"),
    Section("without water", "metering", "select * from shut_off"),
)
MOVED = (
    Section(
        "moves",
        "accounts",
        "select id, request, kind, state, out_account, ends, in_account, starts, attempt, made_by, made_on, why"
        " from move",
    ),
    Section("reads of moves", "accounts", "select * from move_read"),
    Section("orders that accounts knows", "accounts", "select order_id, kind, completed_on from order_outcome"),
)
PROMISED = (
    Section(
        "promises",
        "payments",
        "select account_id, amount, source, source_key, expires, state, reason, business_date from pending",
    ),
    Section("promises that billing knows", "billing", "select * from pending_payment"),
    Section("promises that are over", "billing", "select * from pending_ended"),
)
GIVEN_BACK = (
    Section("refunds", "billing", "select * from refund"),
    Section("refunds by fund", "billing", "select * from refund_part"),
    Section("refunds paid", "payments", "select * from refund"),
    Section("payments taken back", "billing", "select * from payment_return"),
    Section("returns", "payments", "select * from payment_return"),
)
OF_THE_DAYS = (*CHARGED, *PURSUED, *WORKED, *MOVED, *PROMISED, *GIVEN_BACK)
ALL = (*OF_THE_MONTH, *OF_THE_DAYS)
