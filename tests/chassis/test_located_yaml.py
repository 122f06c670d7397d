"""YAML of a town pack: exact numbers, keys as written, and the line of every mistake."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from chassis.located_yaml import read, validate
from chassis.townpack import Bundle, Mistake, errors


class _Street(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    lamps: int = 0


class _Town(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    founded: date | None = None
    streets: list[_Street] = []


def _told(text: str) -> list[str]:
    town, mistakes = validate(_Town, read(text, "town.yaml"))
    assert (town is None) == bool(mistakes)
    return [str(mistake) for mistake in mistakes]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("6.07", Decimal("6.07")),
        ("0.10", Decimal("0.10")),
        (".5", Decimal("0.5")),
        ("16", 16),
        ("007", "007"),
        ("'16'", "16"),
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("2023-02-01", "2023-02-01"),
        ("12:30", "12:30"),
        ("1e5", "1e5"),
        ("~", None),
        ("", None),
    ],
)
def test_a_value_is_what_its_writer_meant(written: str, value: object) -> None:
    found = read(f"it: {written}", "town.yaml").value
    assert found == {"it": value}
    assert isinstance(found, dict)
    assert type(found["it"]) is type(value)


def test_keys_are_text_as_written() -> None:
    assert read("{1: a, 3/4: b, 1.50: c, yes: d}", "town.yaml").value == {"1": "a", "3/4": "b", "1.50": "c", "yes": "d"}


def test_a_good_file_has_no_mistakes() -> None:
    assert _told("name: Elm\nfounded: 1890-05-01\nstreets:\n  - {name: Main, lamps: 3}\n") == []


def test_a_misspelled_name_is_told_with_its_line_and_what_it_could_mean() -> None:
    assert _told("name: Elm\nstreets:\n  - name: Main\n    lamsp: 3\n") == [
        "town.yaml:4: `lamsp` is not known here. Did you mean `lamps`?"
    ]


def test_a_name_like_no_other_is_told_what_is_known() -> None:
    assert _told("name: Elm\nx: 3\n") == ["town.yaml:2: `x` is not known here. Known here: founded, name, streets."]


def test_what_is_missing_is_told_where_it_should_be() -> None:
    assert _told("name: Elm\nstreets:\n  - lamps: 3\n") == ["town.yaml:3: `name` is missing. Add `name:` here."]


def test_a_value_of_the_wrong_kind_is_shown() -> None:
    (told,) = _told("name: Elm\nfounded: long ago\n")
    assert told.startswith("town.yaml:2: `founded` is 'long ago'. It must be a valid date")


def test_all_mistakes_are_told_at_once_in_the_order_of_lines() -> None:
    assert [told.split(":")[1] for told in _told("streets:\n  - lamps: many\n  - nmae: x\n")] == [
        "1",
        "2",
        "2",
        "3",
        "3",
    ]


def test_a_name_that_stands_twice() -> None:
    assert _told("name: Elm\nname: Oak\n") == ["town.yaml:2: `name` stands twice. Keep one of them."]


@pytest.mark.parametrize("text", ["name: [Elm", "a: b: c", "\tname: Elm", "name: 'Elm", "\x00"])
def test_what_is_not_yaml_is_told(text: str) -> None:
    (told,) = _told(text)
    assert "This is not YAML" in told


def test_bytes_that_are_not_text_are_told() -> None:
    located = read(b"name: \xff\xfe", "town.yaml")
    assert [mistake.message.startswith("This is not YAML") for mistake in located.mistakes] == [True]


def test_an_empty_file_is_told() -> None:
    assert _told("# nothing\n") == ["town.yaml:1: The file is empty. Write its content, or remove the file."]


def test_references_are_refused_before_they_unfold() -> None:
    bomb = "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    assert all("by reference" in told for told in _told(bomb))


def test_a_bundle_s_hash_depends_on_paths_and_content_only() -> None:
    one = Bundle({"b": b"2", "a": b"1"})
    assert one.hash == Bundle({"a": b"1", "b": b"2"}).hash
    assert len({one.hash, Bundle({"a": b"12", "b": b""}).hash, Bundle({"ab": b"1", "": b"2"}).hash}) == 3


def test_a_bundle_is_the_folder_without_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "tariffs").mkdir()
    (tmp_path / "tariffs" / "water.yaml").write_text("unit: kgal")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x")
    bundle = Bundle.read(tmp_path)
    assert dict(bundle.files) == {"tariffs/water.yaml": b"unit: kgal"}
    assert bundle.under("tariffs", ".yaml") == {"tariffs/water.yaml": b"unit: kgal"}


def test_a_folder_that_is_not_there_is_told() -> None:
    with pytest.raises(FileNotFoundError, match="There is no town pack"):
        Bundle.read(Path("/no/such/town"))


def test_only_errors_keep_a_pack_from_being_applied() -> None:
    error, warning = Mistake("a", 1, "Wrong.", ""), Mistake("a", 2, "Odd.", "", "warning")
    assert errors([error, warning]) == [error]
    assert str(warning) == "a:2: warning: Odd."
