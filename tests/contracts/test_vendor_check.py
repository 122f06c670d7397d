"""`curbstop vendor check` tells a vendor what is wrong with a file before anything is sent."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.check import MAX_BYTES, Finding, check_vendor_messages
from contracts.messages import Broken, Message, messages_in


def payment(**changes: object) -> str:
    """A good message as one line of JSON, with changes; None leaves a field out."""
    fields: dict[str, object] = {
        "vendor_payment_id": "SP-1",
        "account_number": "10042",
        "amount": "41.12",
        "paid_at": "2023-03-10T14:05:00-07:00",
    }
    return json.dumps({name: value for name, value in (fields | changes).items() if value is not None})


def only(findings: list[Finding]) -> Finding:
    """The one finding there should be."""
    assert len(findings) == 1, findings
    return findings[0]


GOOD = [payment(), payment(vendor_payment_id="SP-2", amount="0.01", channel="kiosk", payer="Zoë Núñez")]


@pytest.mark.parametrize(
    "text",
    [
        GOOD[0],
        "\n".join(GOOD),
        "\r\n\r\n".join(GOOD) + "\r\n",
        f"[{','.join(GOOD)}]",
        json.dumps([json.loads(one) for one in GOOD], indent=4),
        json.dumps(json.loads(GOOD[0]), indent=2),
        "\ufeff" + GOOD[0],
    ],
    ids=[
        "one",
        "a line each",
        "blank lines and CRLF",
        "an array",
        "an indented array",
        "an indented one",
        "with a BOM",
    ],
)
def test_nothing_is_found_in_a_good_file_of_any_shape(text: str) -> None:
    assert check_vendor_messages(text) == []


@pytest.mark.parametrize(
    ("changes", "message", "mend"),
    [
        ({"amount": None}, '"amount" is missing.', 'Add it, such as "amount": "41.12".'),
        ({"amount": 41.12}, '"amount" cannot be 41.12.', "Write it as a decimal string"),
        ({"amount": "41.123"}, '"amount" cannot be "41.123".', "at most 2 decimal places"),
        ({"amount": "-5.00"}, '"amount" is -5.00: a payment is more than zero.', "Refunds and chargebacks are not"),
        ({"amount": "0.00"}, '"amount" is 0.00: a payment is more than zero.', "Leave it out."),
        ({"paid_at": "2023-03-10T14:05:00"}, '"paid_at" cannot be "2023-03-10T14:05:00".', "with its zone"),
        ({"account_number": 10042}, '"account_number" cannot be 10042.', "Write it as a string, in quotes."),
        ({"account_number": " "}, '"account_number" cannot be " ".', "not only blanks"),
        ({"currency": "EUR"}, '"currency" cannot be "EUR".', 'Only "USD" is taken.'),
        ({"channel": "app"}, '"channel" is "app", which we do not know.', "Use one of counter, mail"),
        ({"stage": "sent"}, '"stage" is "sent", which we do not know.', "Use one of received, pending, failed"),
        ({"payer": "a\u0000b"}, '"payer" cannot be', "printable characters"),
        ({"payer": "4111 1111 1111 1111"}, '"payer" holds what looks like a card number.', "Take it out."),
        ({"memo": "card 4111-1111-1111-1111 exp 04/27"}, '"memo" holds what looks like a card number.', "Take it out."),
    ],
)
def test_an_error_says_what_is_wrong_and_what_to_do(changes: dict[str, object], message: str, mend: str) -> None:
    errors = [finding for finding in check_vendor_messages(payment(**changes)) if finding.severity == "error"]
    assert message in only(errors).message
    assert mend in only(errors).mend


@pytest.mark.parametrize(
    ("changes", "message", "mend"),
    [
        ({"chanel": "kiosk"}, '"chanel" is not a field we know; it is ignored.', 'Did you mean "channel"?'),
        ({"x": 1}, '"x" is not a field we know', "Known fields are vendor_payment_id, account_number"),
    ],
)
def test_a_warning_is_of_what_would_be_taken_though_perhaps_not_as_meant(
    changes: dict[str, object], message: str, mend: str
) -> None:
    finding = only(check_vendor_messages(payment(**changes)))
    assert finding.severity == "warning"
    assert message in finding.message
    assert mend in finding.mend


@pytest.mark.parametrize(
    "payer", ["4111 1111 1111 1112", "970 555 0142", "check 10042, account 99871", "1234567890123456"]
)
def test_not_every_number_is_a_card_number(payer: str) -> None:
    assert check_vendor_messages(payment(payer=payer)) == []


def test_the_same_payment_twice_is_a_warning_and_another_under_its_number_an_error() -> None:
    again, other = check_vendor_messages("\n".join([payment(), payment(amount="41.120"[:5]), payment(amount="9.00")]))
    assert (again.line, again.severity) == (2, "warning")
    assert '"SP-1" is on line 1 already, with the same content.' in again.message
    assert (other.line, other.severity) == (3, "error")
    assert "with other content" in other.message


def test_a_payment_may_stand_in_a_file_once_at_each_stage() -> None:
    stages = [payment(stage="pending"), payment(paid_at="2023-03-13T09:00:00-06:00"), payment(stage="failed")]
    assert check_vendor_messages("\n".join(stages)) == []
    assert only(check_vendor_messages("\n".join([*stages, payment(stage="failed")]))).severity == "warning"


def test_a_finding_stands_on_the_line_of_its_field() -> None:
    text = json.dumps([json.loads(payment(amount=5, paid_at="now"))], indent=2)
    assert text.splitlines()[4].strip() == '"amount": 5,'
    assert [finding.line for finding in check_vendor_messages(text)] == [5, 6]


def test_a_line_that_is_not_json_does_not_hide_the_lines_after_it() -> None:
    findings = check_vendor_messages("\n".join([GOOD[1], '{"vendor_payment_id": "SP-9",', payment(amount="-1.00")]))
    assert [finding.line for finding in findings] == [2, 3]
    assert "not JSON" in findings[0].message
    assert "more than zero" in findings[1].message


@pytest.mark.parametrize("text", ['"a payment"', "5", "null", "NaN", "[5]", "[null, true]"])
def test_what_is_not_an_object_is_no_payment(text: str) -> None:
    assert all("This is not a payment" in finding.message for finding in check_vendor_messages(text))
    assert check_vendor_messages(text)


@pytest.mark.parametrize("text", ["", " \n\t\n", "[]"])
def test_an_empty_file_is_said_to_be_empty(text: str) -> None:
    assert only(check_vendor_messages(text)).message == "The file holds no message."


def test_an_array_that_is_not_closed_is_found() -> None:
    assert "closing ]" in check_vendor_messages(f"[{GOOD[0]}")[0].message


def test_a_field_given_twice_is_found() -> None:
    text = payment().replace("{", '{"amount": "1.00", ', 1)
    assert '"amount" is given twice' in only(check_vendor_messages(text)).message


def test_a_message_that_kafka_would_not_take_is_found() -> None:
    assert "Kafka takes at most" in check_vendor_messages(payment(memo="x" * MAX_BYTES))[0].message


@pytest.mark.parametrize("text", ["[" * 100_000, '{"amount":' + "[" * 100_000])
def test_nesting_without_end_is_refused_and_not_a_crash(text: str) -> None:
    assert "nested too deeply" in check_vendor_messages(text)[0].message


@given(st.text())
def test_no_file_whatever_makes_the_check_fail(text: str) -> None:
    assert check_vendor_messages(text)


@given(st.lists(st.decimals(min_value="0.01", max_value=10**9, places=2), min_size=1, max_size=20))
def test_good_payments_are_never_found_fault_with(amounts: list[Decimal]) -> None:
    lines = [payment(vendor_payment_id=f"SP-{n}", amount=str(amount)) for n, amount in enumerate(amounts)]
    assert check_vendor_messages("\n".join(lines)) == []


def test_each_message_keeps_its_own_text_so_that_no_decimal_passes_through_a_float() -> None:
    text = '[{"amount": 123456789012.123457}]'
    (message,) = messages_in(text)
    assert isinstance(message, Message)
    assert message.text == '{"amount": 123456789012.123457}'
    assert message.value == {"amount": "123456789012.123457"}


def test_a_broken_place_is_told_from_a_message() -> None:
    assert [type(one) for one in messages_in('{"a": 1}\n{"b"\n{"c": 3}')] == [Message, Broken, Message]
