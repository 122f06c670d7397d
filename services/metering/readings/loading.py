"""A route file on its way back: every meter in it is reviewed; what can't be used is told line by line."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from psycopg.types.json import Jsonb
from pydantic import BaseModel

from chassis.database import Transaction
from chassis.refusal import Refused
from chassis.rows import named_rows
from services.metering.handhelds.route import FileRefusedError, Returned, Taken
from services.metering.policy import TOWN, Limits
from services.metering.readings import store
from services.metering.readings.expected import UNDECIDED, Expected, Shown, looked_at
from services.metering.readings.unloading import variant_of
from services.metering.tables import Reading, ReadingState, ReadState
from services.metering.units import plain
from services.metering.usage import ImpossibleReadingError

SLICE = 2000
"""Reads reviewed before others get their turn on the event loop."""


class BadLine(BaseModel):
    """A line that could not be used, and why."""

    line: int
    reason: str


class LoadReport(BaseModel):
    """What became of a file. `again` says that the very same file was loaded before: this is what it did then."""

    sha256: str
    format: str
    meters: int
    clean: int = 0
    questioned: int = 0
    unread: int = 0
    unchanged: int = 0
    refused: list[BadLine] = []
    again: bool = False


async def load(tx: Transaction, reading: Reading, format_name: str | None, body: bytes) -> LoadReport:
    """Take a file back. Loading the same file again changes nothing."""
    here = await TOWN.pinned(tx, reading.pack_hash)
    format_name = format_name or here.policy.handhelds.format
    # In a thread, so that a large file does not keep Kafka and other callers waiting.
    returned = await asyncio.to_thread(_read, format_name, body)
    report = LoadReport(sha256=sha256(body).hexdigest(), format=format_name, meters=0)
    earlier = await _claim(tx, reading, report)
    if earlier is not None:
        return earlier
    if reading.state != ReadingState.OPEN:
        raise Refused(f"The reading is {reading.state}; files can be loaded only while it is open.")
    await _take(tx, reading, returned, here.policy.review, report)
    await _note(tx, reading, report)
    return report


def _read(format_name: str, body: bytes) -> Returned:
    try:
        return variant_of(format_name).read(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        told = f"The file is not plain text: byte {error.start + 1} is {body[error.start]:#04x}."
        raise Refused(f"{told} Take it from the handheld again.", 422) from None
    except FileRefusedError as refused:
        raise Refused(f"Nothing was loaded. {refused}.", 422) from None


async def _claim(tx: Transaction, reading: Reading, report: LoadReport) -> LoadReport | None:
    """Keep the file's hash; answers what the same file did, if it was loaded before."""
    driver = await tx.driver()
    cursor = await driver.execute(
        "insert into route_file (reading_id, sha256, format, loaded_by, report) values (%s, %s, %s, %s, '{}')"
        " on conflict do nothing returning sha256",
        (reading.id, report.sha256, report.format, tx.actor),
    )
    if await cursor.fetchone() is not None:
        return None
    rows = await named_rows(
        tx, "select report from route_file where reading_id = %s and sha256 = %s", (reading.id, report.sha256)
    )
    return LoadReport.model_validate(rows[0]["report"] | {"again": True})


async def _note(tx: Transaction, reading: Reading, report: LoadReport) -> None:
    await (await tx.driver()).execute(
        "update route_file set report = %s where reading_id = %s and sha256 = %s",
        (Jsonb(report.model_dump(mode="json")), reading.id, report.sha256),
    )
    figures = report.model_dump(mode="json", exclude={"refused", "again"})
    tx.audit("load", f"reading {reading.id}", f"a {report.format} file", after=figures)


async def _take(tx: Transaction, reading: Reading, returned: Returned, limits: Limits, report: LoadReport) -> None:
    report.meters = len(returned.taken) + len(returned.faults)
    report.refused = [BadLine(line=fault.line, reason=str(fault)) for fault in returned.faults]
    expected = await store.expected_by_key(tx, reading.id, (taken.service_point for taken in returned.taken))
    desk = _Desk(reading, limits, expected, report)
    for place, taken in enumerate(returned.taken):
        if place % SLICE == 0:
            await asyncio.sleep(0)
        desk.take(taken)
    await store.save(tx, list(desk.looked.values()), decided_by=None)
    report.refused.sort(key=lambda bad: bad.line)


@dataclass
class _Desk:
    """Where a file's meters are laid beside what is expected of them, one by one."""

    reading: Reading
    limits: Limits
    expected: Mapping[str, Expected]
    report: LoadReport
    looked: dict[str, Expected] = field(default_factory=dict)

    def take(self, taken: Taken) -> None:
        """Review one meter, or tell why its line can't be used."""
        read = self.expected.get(taken.service_point)
        shown = Shown(taken.value, taken.read_on or self.reading.read_on, "actual", taken.code, taken.leak)
        wrong = self._wrong(taken, read, shown)
        if read is None or wrong:
            self.report.refused.append(BadLine(line=taken.line, reason=f"Service point {taken.service_point} {wrong}"))
        elif _says_nothing_new(read, shown):
            self.report.unchanged += 1
        else:
            self._look(read, taken, shown)

    def _wrong(self, taken: Taken, read: Expected | None, shown: Shown) -> str:
        first, last = self.reading.window_from, self.reading.window_to
        if read is None:
            return "is not in this reading; check the cycle, or take it in first."
        if taken.meter != read.meter:
            told = f"has meter {read.meter}, the file says {taken.meter}"
            return f"{told}; record the exchange, then load this again."
        if taken.service_point in self.looked:
            return "stands in the file twice."
        if not first <= shown.read_on <= last:
            return f"was read on {shown.read_on}, outside this reading's days {first} to {last}."
        if read.state not in UNDECIDED and not _says_nothing_new(read, shown):
            told = f"is {read.state} with {plain(read.value)}; the file says {plain(shown.value)}"
            return f"{told}. Correct the read instead."
        return ""

    def _look(self, read: Expected, taken: Taken, shown: Shown) -> None:
        try:
            now = looked_at(read, shown, self.limits)
        except ImpossibleReadingError as error:
            told = f"Service point {taken.service_point}: {error}"
            self.report.refused.append(BadLine(line=taken.line, reason=told))
            return
        self.looked[taken.service_point] = now
        if now.value is None:
            self.report.unread += 1
        elif now.state is ReadState.CLEAN:
            self.report.clean += 1
        else:
            self.report.questioned += 1


def _says_nothing_new(read: Expected, shown: Shown) -> bool:
    """Whether a line repeats what is known; a blank reading says nothing about a meter that was read."""
    if shown.value is None:
        return read.value is not None and read.state is not ReadState.REREAD
    return (read.value, read.read_on) == (shown.value, shown.read_on) and read.state is not ReadState.REREAD
