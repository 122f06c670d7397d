"""The local mailbox keeps what comes by SMTP and shows it in a browser."""

import smtplib
import sys
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage

import httpx
import pytest

from deploy.local.child import Child
from deploy.local.folder import Folder
from deploy.local.ports import listens


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    folder = Folder(tmp_path_factory.mktemp("mailbox"))
    ports = [folder.port("smtp"), folder.port("mailbox")]
    command = [sys.executable, "-m", "deploy.local.mailbox", str(folder.path / "mail"), *map(str, ports)]
    child = Child("mailbox", command, folder.path / "log", folder.path / "pid.json")
    child.start()
    child.wait_until(lambda: all(map(listens, ports)), 20)
    yield folder
    child.stop()


def send(mailbox: Folder, subject: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "town@example.org", "ann@example.org", subject
    message["Message-ID"] = "<bill-1@example.org>"
    message.set_content("You owe $84.12 by March 21.")
    message.add_alternative("<p>You owe <b>$84.12</b></p><script>alert(1)</script>", subtype="html")
    message.add_attachment(b"%PDF-1.7 bill", maintype="application", subtype="pdf", filename="bill.pdf")
    with smtplib.SMTP("127.0.0.1", mailbox.port("smtp")) as smtp:
        smtp.sendmail("town@example.org", ["ann@example.org"], message.as_bytes(policy=policy.SMTP))
    return message.as_bytes(policy=policy.SMTP)


def page(mailbox: Folder, path: str = "/") -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{mailbox.port('mailbox')}{path}")


def test_a_mail_is_kept_as_it_came(mailbox: Folder) -> None:
    sent = send(mailbox, "Your March bill")
    kept = sorted((mailbox.path / "mail").glob("*-ann@example.org.eml"))[-1]
    assert kept.read_bytes() == sent


def test_the_newest_mail_stands_first(mailbox: Folder) -> None:
    send(mailbox, "First <notice>")
    send(mailbox, "Second notice")
    shown = page(mailbox).text
    assert shown.index("Second notice") < shown.index("First &lt;notice&gt;")


def test_a_mail_is_shown_with_its_text_and_its_attachment(mailbox: Folder) -> None:
    send(mailbox, "With a PDF")
    name = sorted((mailbox.path / "mail").glob("*.eml"))[-1].name
    shown = page(mailbox, f"/{name}").text
    assert "You owe $84.12 by March 21." in shown
    assert "<script>" not in shown
    attached = page(mailbox, f"/{name}/0")
    assert (attached.headers["content-type"], attached.content) == ("application/pdf", b"%PDF-1.7 bill")


@pytest.mark.parametrize("path", ["/000999-x.eml", "/../../etc/passwd", "/a/b/c"])
def test_what_is_no_mail_is_not_found(mailbox: Folder, path: str) -> None:
    assert page(mailbox, path).status_code == 404
