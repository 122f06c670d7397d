"""Live progress of a start, one line a part."""

import time
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table

from deploy.local.news import READY, STARTING


class Progress:
    """A table that grows while parts start; on something that is no terminal, a line when each is ready."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._news: dict[str, tuple[str, float]] = {}
        self._since: dict[str, float] = {}
        self._live = Live(console=self._console, refresh_per_second=8, get_renderable=self._table)

    def __enter__(self) -> "Progress":
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Leave the last state on the screen."""
        self._live.stop()

    def tell(self, part: str, news: str) -> None:
        """News of a part, from deploy.local.news."""
        since = self._since.setdefault(part, time.monotonic())
        self._news[part] = (news, time.monotonic() - since)
        if not self._console.is_terminal and news != STARTING:
            self._console.print(self._line(part))

    def _line(self, part: str) -> str:
        news, seconds = self._news[part]
        return f"{part:<14} {news}" + (f" after {seconds:.1f} s" if news == READY else "")

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for part, (news, seconds) in self._news.items():
            ready = news == READY
            waited = seconds if ready else time.monotonic() - self._since[part]
            mark = "[green]✓[/]" if ready else "[yellow]…[/]"
            table.add_row(mark, part, news, f"{waited:.1f} s")
        return table
