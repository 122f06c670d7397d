"""What an operator's alarms look at in billing: do the books balance, is the day done, are runs closed."""

from chassis.figures import Figure

FIGURES = (
    Figure(
        "curbstop_ledger_out_of_balance_dollars",
        "How far debits and credits are apart, all funds together; anything but 0 is wrong",
        "select coalesce(sum(abs(net)), 0) from (select sum(amount) as net from posting group by fund) as funds",
        seconds=300,
    ),
    Figure(
        "curbstop_business_day_age_seconds",
        "Seconds since the current business day began; 0 before the first",
        "select coalesce(extract(epoch from now() - max(started_at)), 0) from business_day",
    ),
    Figure(
        "curbstop_business_day_not_done",
        "Services that are not done with the current business day",
        "select 6 * count(today.day) - (select count(*) from day_done d where d.day = max(today.day))"
        " from (select max(day) as day from business_day) as today",
    ),
    Figure(
        "curbstop_run_without_certificate_seconds",
        "Age of the oldest billing run that was issued and not closed with its certificate; 0 when there is none",
        "select coalesce(max(extract(epoch from now() - r.started_at)), 0) from billing_run b join run r using (id)"
        " where r.state = 'issued' and b.certificate is null",
    ),
)
