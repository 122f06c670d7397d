"""`curbstop demo`: a quarter of a sample town on a suite of its own, started fresh and stopped at the end."""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.local.trouble import TroubleError

LEAST_ACCOUNTS = 60
PLAIN_WIDTH = 120
"""Of what is written where nobody says how wide it may be."""


def demo(
    seed: Annotated[int, typer.Option(help="Another seed makes another town.")] = 1,
    accounts: Annotated[int, typer.Option(min=LEAST_ACCOUNTS, help="How many customers the town has.")] = 2000,
    out: Annotated[Path, typer.Option(help="Where to leave what the quarter produced.")] = Path("out/demo"),
    data: Annotated[
        Path | None, typer.Option(help="Keep the suite's data here; cleared first. Default: nothing is kept.")
    ] = None,
) -> None:
    """Live a quarter of a sample town; look into out/demo/ afterwards. Exits with 1 if the books disagree."""
    from deploy.local.demo.running import run_month
    from deploy.local.supervisor import end_on_signals

    end_on_signals()
    console = Console()
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    began = time.monotonic()
    try:
        broken = run_month(seed, accounts, out, data, console).broken
    except KeyboardInterrupt:
        raise TroubleError("Stopped, and everything that was started with it.") from None
    minutes, seconds = divmod(round(time.monotonic() - began), 60)
    console.print(f"\nThe whole took {minutes} min {seconds} s, starting and stopping included.", highlight=False)
    for sentence in broken:
        console.print(f"[bold red]Not as it must be:[/] {sentence}", highlight=False)
    if broken:
        raise typer.Exit(1)
    console.print("[bold green]Everything agrees.[/]")
