"""A mailbox for trying things out: takes every mail by SMTP, keeps it as a file, and shows it in a browser.

Nothing leaves the machine. `python -m deploy.local.mailbox FOLDER SMTP_PORT HTTP_PORT`
"""

import email
import html
import itertools
import os
import re
import signal
import sys
from email import policy
from email.message import EmailMessage
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}}
td,th{{text-align:left;padding:.2rem 1rem .2rem 0}}iframe{{width:100%;height:34rem;border:1px solid #999}}</style>
<h1>{title}</h1>{body}"""


class Keep:
    """Writes each mail to `folder`, numbered in the order of arrival."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        last = max((int(path.name[:6]) for path in folder.glob("*.eml")), default=0)
        self._numbers = itertools.count(last + 1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """aiosmtpd's hook for one mail."""
        content = envelope.original_content or b""
        to = re.sub(r"[^\w.@-]", "_", ",".join(envelope.rcpt_tos))[:80]
        unfinished = self._folder / f"{next(self._numbers):06}-{to}.part"
        unfinished.write_bytes(content)
        unfinished.rename(unfinished.with_suffix(".eml"))
        return "250 Kept"


def read(path: Path) -> EmailMessage:
    """One kept mail."""
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def index(folder: Path) -> str:
    """The page of all mails, newest first."""
    rows = "".join(_row(path) for path in sorted(folder.glob("*.eml"), reverse=True))
    table = f"<table><tr><th>To<th>Subject<th>Date</tr>{rows}</table>" if rows else "<p>No mail yet.</p>"
    return PAGE.format(title="Mailbox", body=table)


def _row(path: Path) -> str:
    message = read(path)
    to, subject, date = (html.escape(str(message[name] or "")) for name in ("To", "Subject", "Date"))
    return f'<tr><td>{to}<td><a href="/{quote(path.name)}">{subject or "(no subject)"}</a><td>{date}</tr>'


def letter(path: Path) -> str:
    """The page of one mail: its HTML, its text, its attachments."""
    message = read(path)
    shown, text = message.get_body(("html",)), message.get_body(("plain",))
    parts = [f"<p>From {html.escape(str(message['From']))} to {html.escape(str(message['To']))}, {message['Date']}</p>"]
    parts += [_attachment(path, number, part) for number, part in enumerate(message.iter_attachments())]
    if shown is not None:
        # Without rights of any kind: a mail is not a page of ours.
        parts.append(f'<iframe sandbox srcdoc="{html.escape(shown.get_content())}"></iframe>')
    if text is not None:
        parts.append(f"<h2>As text</h2><pre>{html.escape(text.get_content())}</pre>")
    return PAGE.format(title=html.escape(str(message["Subject"])), body="".join(parts))


def _attachment(path: Path, number: int, part: EmailMessage) -> str:
    name = html.escape(part.get_filename() or f"part {number + 1}")
    return f'<p><a href="/{quote(path.name)}/{number}">{name}</a> ({part.get_content_type()})</p>'


def attachment(path: Path, number: int) -> tuple[str, bytes]:
    """Content type and bytes of one attachment."""
    part = list(read(path).iter_attachments())[number]
    content = part.get_payload(decode=True)
    return part.get_content_type(), content if isinstance(content, bytes) else b""


def pages(folder: Path) -> type[BaseHTTPRequestHandler]:
    """The handler that shows a folder of mails."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                kind, content = self._page(*unquote(self.path).strip("/").split("/"))
            except (OSError, ValueError, IndexError, TypeError):
                self.send_error(HTTPStatus.NOT_FOUND, "There is no such mail")
                return
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _page(self, name: str, number: str | None = None) -> tuple[str, bytes]:
            path = folder / Path(name).name
            if number is not None:
                return attachment(path, int(number))
            page = letter(path) if name else index(folder)
            return "text/html; charset=utf-8", page.encode()

        def log_message(self, format: str, *args: object) -> None:
            """Quietly."""

    return Pages


def main() -> None:
    """Take mail and show it until told to end."""
    folder, smtp_port, http_port = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    host = os.environ.get("CURBSTOP_HOST", "127.0.0.1")
    controller = Controller(Keep(folder), hostname=host, port=smtp_port)
    controller.start()
    try:
        ThreadingHTTPServer((host, http_port), pages(folder)).serve_forever()
    finally:
        controller.stop()


if __name__ == "__main__":
    main()
