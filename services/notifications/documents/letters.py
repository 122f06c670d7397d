"""Letters on paper: the reminder of what is past due, and the note about unusual usage."""

from datetime import date
from typing import Any

from contracts.delinquency import AccountDelinquent
from contracts.metering import UsageFlagged
from services.notifications.documents.letterhead import Letterhead
from services.notifications.documents.notice_view import high_usage_view, reminder_view
from services.notifications.documents.press import press_for
from services.notifications.documents.recipient import Recipient
from services.notifications.documents.templates import Templates, standard_templates

_LAYOUT = "letter.typ"


def render_reminder(
    case: AccountDelinquent, recipient: Recipient, letterhead: Letterhead, templates: Templates | None = None
) -> bytes:
    """The reminder as an accessible PDF letter. Raises ValueError for a step that is no reminder."""
    templates = templates or standard_templates()
    view = reminder_view(case, recipient, letterhead, templates.wording(recipient.language))
    return _letter(view, templates, case.business_date)


def render_high_usage(
    flagged: UsageFlagged, recipient: Recipient, letterhead: Letterhead, templates: Templates | None = None
) -> bytes:
    """The note about unusual usage as an accessible PDF letter. Raises ValueError for other flags."""
    templates = templates or standard_templates()
    view = high_usage_view(flagged, recipient, letterhead, templates.wording(recipient.language))
    return _letter(view, templates, flagged.business_date)


def _letter(view: dict[str, Any], templates: Templates, dated: date) -> bytes:
    labels = templates.wording(view["lang"]).labels()
    return press_for(templates).accessible_pdf(_LAYOUT, {"letter": view, "label": labels}, dated)
