"""Reading a cycle: routes go out to handhelds and come back, the odd reads are looked at, the rest is posted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from deploy.local.demo.handheld import Seen, collect
from deploy.local.demo.month import Month, ReadingDone
from deploy.local.demo.office import KIM, LEE, SAM
from deploy.local.demo.town.field import Walk, walk, walked_on
from deploy.local.demo.town.schedule import Round

FORMATS = ("neptune-v4", "csv")
PART = "reading the meters"
Read = dict[str, Any]


class CycleReading:
    """One reading of a cycle, from its opening to its closing."""

    def __init__(self, month: Month, which: Round, reading_id: str) -> None:
        self.month = month
        self.which = which
        self.path = f"/readings/{reading_id}"
        self.files: Counter[str] = Counter()
        self.decisions: Counter[str] = Counter()

    def get(self, path: str, **query: Any) -> Any:
        return self.month.office.get(LEE, "metering", self.path + path, **query)

    def walk(self, route: str, seen: Mapping[str, Seen], *, again: bool) -> None:
        """Unload a route, have it read, load it back."""
        form = FORMATS[int(route) % len(FORMATS)]
        out = self.get(f"/routes/{route}/file", format=form, rereads_only=again).decode()
        day = self.which.read_on if again else walked_on(self.which, route)
        back = collect(out, seen, day)
        kind = ("-rereads" if again else "") + (".v4" if form == FORMATS[0] else ".csv")
        name = f"handhelds/{self.which.read_on}-route-{route}{kind}"
        self.month.diary.write(name, back)
        report = self.month.office.post(LEE, "metering", f"{self.path}/files", content=back, format=form)
        self.month.expect(not report["refused"], f"Route {route} came back with refused lines: {report['refused'][:3]}")
        self.files[form] += 1

    def to_review(self) -> list[Read]:
        """What waits for somebody."""
        return list(self.get("/review", limit=1000))

    def decide(self, decision: str, reads: Iterable[Read], why: str) -> None:
        """Sam decides."""
        ids = [one["id"] for one in reads]
        if not ids:
            return
        body = {"decision": decision, "reads": ids, "why": why}
        report = self.month.office.post(SAM, "metering", f"{self.path}/decisions", body)
        self.month.expect(not report["not_possible"], f"Could not {decision}: {report['not_possible'][:2]}")
        self.decisions[decision] += report["decided"]

    def accept_clean(self) -> None:
        """Sam accepts what nothing was found about."""
        self.decisions["accept clean"] += self.month.office.post(SAM, "metering", f"{self.path}/accept-clean", {})[
            "reads"
        ]


def read_cycle(month: Month, which: Round) -> None:
    """Everything from opening the cycle's reading to its last read posted."""
    between = {point: month.last_read[point] for point in month.read_between}
    walked = walk(month.seed, which, month.homes, month.passed, month.oddities, between)
    month.passed.update(walked.passed)
    month.last_read.update(dict.fromkeys(walked.passed, which.read_on))
    month.read_between.difference_update(walked.passed)
    month.oddities.update(walked.oddities)
    with month.diary.part(PART, f"cycle {which.cycle}: routes go out to the handhelds"):
        opened = month.office.post(KIM, "metering", "/readings", {"cycle": which.cycle, "read_on": str(which.read_on)})
        month.office.settle()
        reading = CycleReading(month, which, opened["id"])
        routes = [one["route"] for one in reading.get("/routes")]
        for route in routes:
            reading.walk(route, walked.seen, again=False)
    with month.diary.part(PART, f"cycle {which.cycle}: sam reviews what was read"):
        questioned = reading.to_review()
        _compare(month, which, walked, questioned)
        reading.accept_clean()
        _first_look(reading, questioned)
        for route in sorted({one["route"] for one in reading.to_review()}):
            reading.walk(route, walked.again, again=True)
        _second_look(reading, reading.to_review())
    with month.diary.part(PART, f"cycle {which.cycle}: posting"):
        _post(month, reading, walked, questioned)


def _found(reads: Iterable[Read], *findings: str) -> list[Read]:
    return [one for one in reads if set(findings) & set(one["findings"])]


def _first_look(reading: CycleReading, reads: list[Read]) -> None:
    """What can be told from the desk; for the rest somebody goes again."""
    missing, high = _found(reads, "missing"), _found(reads, "high")
    reading.decide("estimate", missing[1::3], "the pit is under water; estimated from the same month of last year")
    unread = [one for one in missing if one not in missing[1::3]]
    reading.decide("reread", [*unread, *_found(reads, "negative"), *high[::2]], "somebody should have another look")
    reading.decide("accept", high[1::2], "the customer filled a pool and says so")
    reading.decide("accept", _found(reads, "zero"), "nobody lives there at present, says the owner")
    reading.decide("accept", _found(reads, "low"), "away in winter")
    reading.decide("accept", _found(reads, "rollover"), "the register went over zero")


def _second_look(reading: CycleReading, reads: list[Read]) -> None:
    """What the rereads say."""
    reading.accept_clean()
    reading.decide("accept", _found(reads, "high"), "read twice; the customer hears of a likely leak")
    reading.decide("estimate", _found(reads, "missing"), "not to be reached twice")


def _compare(month: Month, which: Round, walked: Walk, questioned: list[Read]) -> None:
    """The review must find just what is odd in the field: a leak alone goes along with a clean read."""
    found = {one["service_point"]: set(one["findings"]) for one in questioned}
    expected: dict[str, set[str]] = {point: {kind} for point, kind in walked.oddities.items() if kind != "leak"}
    expected |= {point: {"rollover"} for point in walked.rollovers}
    differing = {point for point in found.keys() | expected.keys() if found.get(point, set()) != expected.get(point)}
    told = {point: (sorted(found.get(point, ())), sorted(expected.get(point, ()))) for point in sorted(differing)[:3]}
    month.expect(
        not differing, f"Cycle {which.cycle}: the review differs from the field at {len(differing)} meters: {told}."
    )


def _post(month: Month, reading: CycleReading, walked: Walk, questioned: list[Read]) -> None:
    run = month.office.post(SAM, "metering", f"{reading.path}/post")["run"]
    month.office.settle()
    posting = month.office.get(SAM, "metering", f"/readings/postings/{run}")
    month.office.post(KIM, "metering", f"{reading.path}/close")
    meters = len(walked.seen)
    month.expect(
        posting["posted"] == meters, f"Cycle {reading.which.cycle}: {posting['posted']} of {meters} reads were posted."
    )
    findings = Counter(finding for one in questioned for finding in one["findings"])
    findings["leak"] += sum(kind == "leak" for kind in walked.oddities.values())
    done = ReadingDone(
        reading.which, meters, dict(reading.files), dict(findings), dict(reading.decisions), meters, posting["flagged"]
    )
    month.readings.append(done)
    odd = ", ".join(f"{count} {finding}" for finding, count in sorted(findings.items()))
    month.say(f"cycle {reading.which.cycle} is read: {meters} meters, {odd}; sam decides, {meters} reads are posted")
