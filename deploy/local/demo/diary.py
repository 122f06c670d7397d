"""What happens in the demo, told while it happens and kept: how long each part took, and what was not as it must be."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@dataclass
class Diary:
    """Tells on a console, writes into `out`, and counts seconds by part. `broken` are sentences."""

    out: Path
    console: Console
    days: int
    seconds: dict[str, float] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("[bold]{task.fields[day]}[/]"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self._task = self._bar.add_task("", total=self.days, day="")

    def __enter__(self) -> "Diary":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def turn(self, day: date) -> None:
        """A new day."""
        self._bar.update(self._task, advance=1, day=f"{day:%a, %b} {day.day}")

    @contextmanager
    def part(self, name: str, doing: str) -> Iterator[None]:
        """Something that takes a while; its seconds count for the part `name`."""
        self._bar.update(self._task, description=doing)
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - began

    def say(self, day: date, text: str) -> None:
        """A line of the story."""
        self._bar.console.print(f"[dim]{day:%b} {day.day:>2}[/]  {text}", highlight=False, soft_wrap=True)

    def expect(self, holds: bool, sentence: str) -> None:
        """Note what is not as it must be; `sentence` says what is wrong."""
        if not holds:
            self.broken.append(sentence)
            self._bar.console.print(f"[bold red]not as it must be:[/] {sentence}", highlight=False, soft_wrap=True)

    def write(self, name: str, content: str | bytes) -> Path:
        """A file among what the demo leaves behind."""
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path
