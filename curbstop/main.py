"""`curbstop`, the operator's command: gathers the commands of every room, and loads a room when it is asked for."""

import errno
import importlib
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from curbstop import running
from deploy.local.trouble import TroubleError


class Sentences(TyperGroup):
    """Says what went wrong in one sentence on stderr, and exits with 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except TroubleError as error:
            say = str(error)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            say = f"The disk of {error.filename or running.data_folder()} is full: free some space and try again."
        print(say, file=sys.stderr)  # noqa: T201
        raise typer.Exit(1)


app = typer.Typer(
    name="curbstop",
    cls=Sentences,
    help="Utility billing for a town: run it, watch it, mend it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

# Commands whose options are another room's business: name -> where they are, and their line in --help.
ELSEWHERE = {
    "demo": ("deploy.local.demo.cli:demo", "Live a billing month of a sample town; look into out/demo/ afterwards."),
    "quote": ("services.billing.tariffs.cli:quote", "Price a bill from a tariff file, line by line."),
    "tariff": ("services.billing.tariffs.cli:tariff", "Check and compare tariff files."),
    "owrs": ("services.billing.tariffs.owrs.cli:owrs", "Read Open Water Rate Specification files."),
}
UNREAD = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


def _forward(name: str, target: str, line: str) -> None:
    @app.command(name, help=line, context_settings=UNREAD, add_help_option=False)
    def go(context: typer.Context) -> None:
        found = _loaded(target)
        command = found if isinstance(found, typer.Typer) else _as_app(found)
        typer.main.get_command(command)(args=context.args, prog_name=f"curbstop {name}")


def _loaded(target: str) -> Any:
    module, _, attribute = target.partition(":")
    return getattr(importlib.import_module(module), attribute)


def _as_app(function: Any) -> typer.Typer:
    alone = typer.Typer(cls=Sentences, add_completion=False, pretty_exceptions_enable=False)
    alone.command()(function)
    return alone


def _gather() -> None:
    from curbstop import backup, day, deadletters, ledger, mail, republish, stack, topics, town, vendor, waiting

    stack.add_to(app)
    for name, (target, line) in ELSEWHERE.items():
        _forward(name, target, line)
    republish.add_to(app)
    backup.add_to(app)
    for group in (town, day, topics, deadletters, waiting, ledger, mail, vendor):
        app.add_typer(group.app)


@app.callback()
def about(
    data: Annotated[
        str, typer.Option(envvar="CURBSTOP_DATA", help="The data folder. Default: .curbstop in the repository.")
    ] = "",
) -> None:
    """Utility billing for a town: run it, watch it, mend it."""
    running.use(data)


_gather()
