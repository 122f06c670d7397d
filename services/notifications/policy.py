"""The `notifications` section of a town's pack: how the town signs what it sends, to whom, and its own templates."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from chassis import townstore
from chassis.database import Transaction
from chassis.town import Section
from chassis.townpack import Bundle, Mistake
from services.notifications.documents import Letterhead, TemplateError, Templates, prove, town_templates

Kind = Literal[
    "reminder", "status_letter", "door_hanger", "shutoff_notice", "restored", "returned_payment", "welcome", "final"
]
"""A kind of letter, as a pack names it."""

Role = Literal["co_responsible", "owner", "agent", "third_party"]
"""A person of an account besides the responsible one."""


class NotificationsPolicy(BaseModel):
    """The whole section.

    `paper_always` names letters that go on paper even to customers of e-bill: the paper is then what counts, and the
    e-mail a courtesy. `copies` says which other people of an account get a copy of a letter, on paper. `occupants`
    names letters of which those who live at the premise are told, where the customer's mail goes elsewhere.
    `both_languages` names letters that go out in English and Spanish. `not_sent` names letters the town does without.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    letterhead: Letterhead
    bills_per_file: Annotated[int, Field(ge=1, le=500)]
    usage_notes: bool = True
    paper_always: tuple[Kind, ...] = ()
    copies: dict[Kind, tuple[Role, ...]] = {}
    occupants: tuple[Kind, ...] = ()
    both_languages: tuple[Kind, ...] = ()
    not_sent: tuple[Kind, ...] = ()


TOWN = Section("notifications", NotificationsPolicy)


def check(bundle: Bundle) -> list[Mistake]:
    """What keeps notifications from working under a pack: its section, and templates that make no document."""
    town, mistakes = TOWN.read(bundle)
    if town is None or bundle.hash in _proven:
        return mistakes
    try:
        prove(town_templates(bundle.files), town.policy.letterhead)
        _proven.add(bundle.hash)
    except TemplateError as error:
        mistakes.append(Mistake(error.file, 1, str(error), "Mend the template, or remove it to use the standard one."))
    return mistakes


_proven: set[str] = set()
"""Packs whose documents were all made once in this process, which takes a second or two."""


async def templates_in_force(tx: Transaction) -> Templates:
    """The standard templates with the town's in their place."""
    pack_hash = await townstore.hash_in_force(tx)
    if pack_hash not in _known:
        _known[pack_hash] = town_templates((await townstore.load(tx, pack_hash)).files)
    return _known[pack_hash]


_known: dict[str, Templates] = {}
"""Packs are immutable and few: each one's templates are read once in a process."""
