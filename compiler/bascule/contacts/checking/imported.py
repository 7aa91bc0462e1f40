"""Results that somebody else has: a CSV or JSON file of numbers and statuses."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bascule.contacts.checking.answers import WORDS, digits_of
from bascule.contacts.checking.checker import Answer, Reply, Value
from bascule.contacts.checking.controls import is_control
from bascule.contacts.clock import instant
from bascule.contacts.tabular.problems import ContactsError

__all__ = ["Imported", "read_results"]

_NUMBER = ("input", "phone", "number", "msisdn", "phone_number", "phone_e164", "e164", "to", "recipient", "contact")
_STATUS = ("status", "state", "registered", "whatsapp", "result", "valid", "value")
_WA_ID = ("wa_id", "waid", "whatsapp_id")
_AT = ("checked_at", "checked", "timestamp", "date", "at")
_YES = frozenset({"active", "true", "yes", "1", "registered", "exists", "oui", "sí", "sim", "да"})
_NO = frozenset(
    {"inactive", "false", "no", "0", "not_registered", "unregistered", "not_exists", "absent", "non", "não", "нет"}
)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?")
_LARGEST = 512 << 20
_SUSPICIOUS = 20
"""Answers that are all yes from so many on look like those of a service that says yes to everyone."""


class Imported:
    """Answers from a file that was read."""

    method = "imported"
    tested = False

    def __init__(self, answers: Mapping[str, Answer], notes: Counter[str]) -> None:
        self.answers = answers
        self.notes = notes

    @property
    def says_no(self) -> bool:
        """Whether the results tell anybody from anybody: some number is not registered, or there are few, and no
        unassigned number is called registered."""
        values = Counter(answer.value for answer in self.answers.values())
        if any(is_control(number) and answer.value is Value.ACTIVE for number, answer in self.answers.items()):
            return False
        return bool(values[Value.INACTIVE]) or values[Value.ACTIVE] < _SUSPICIOUS

    async def ask(self, numbers: Sequence[str]) -> Reply:
        """Look it up."""
        return Reply({number: self.answers[number] for number in numbers if number in self.answers})

    async def close(self) -> None:
        """Nothing to close."""


def read_results(path: Path) -> Imported:
    """Read CSV (with a header), JSON (an array, or an object with ``contacts``) or JSON lines, UTF-8.

    Numbers are E.164, with or without the plus. Of two rows about one number the later one counts, by ``checked_at``
    and then by place. Raises ContactsError (``contacts-unreadable``, ``contacts-check-results``).
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ContactsError(
                "contacts-check-results", f"{path.name} is larger than {_LARGEST >> 20} MiB", "split it"
            )
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise ContactsError("contacts-unreadable", f"{path.name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ContactsError("contacts-check-results", f"{path.name} is not UTF-8", "save it as UTF-8") from error
    rows = _json_rows(text, path.name) if text.lstrip()[:1] in ("{", "[") else _csv_rows(text, path.name)
    answers: dict[str, Answer] = {}
    notes: Counter[str] = Counter()
    for row in rows:
        read = _read(row)
        if read is None:
            notes["rows without a number in E.164"] += 1
            continue
        number, answer = read
        known = answers.get(number)
        if known is not None:
            notes["rows about a number that another row is about"] += 1
            if answer.at < known.at:
                continue
        answers[number] = answer
    if not answers:
        raise ContactsError(
            "contacts-check-results",
            f"{path.name} holds no results",
            "it needs a column of numbers (`input`, `phone`) and one of statuses (`status`)",
        )
    return Imported(answers, notes)


def _csv_rows(text: str, name: str) -> Iterator[Mapping[str, Any]]:
    head = text[: text.find("\n") + 1] or text
    delimiter = max(",;\t|", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [_key(cell) for cell in next(reader, [])]
        if not set(header) & set(_NUMBER) or not set(header) & set(_STATUS):
            raise ContactsError(
                "contacts-check-results",
                f"{name} has no header with a number and a status",
                f"name the columns {_NUMBER[0]} (or {', '.join(_NUMBER[1:5])}) and {_STATUS[0]}",
            )
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield dict(zip(header, cells, strict=False))
    except csv.Error as error:
        raise ContactsError("contacts-check-results", f"{name} is not a CSV file that can be read") from error


def _json_rows(text: str, name: str) -> Iterable[Mapping[str, Any]]:
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ContactsError("contacts-check-results", f"{name} is nested too deeply") from error
    except ValueError:
        try:
            value = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError) as error:
            raise ContactsError("contacts-check-results", f"{name} is neither JSON nor JSON lines") from error
    if isinstance(value, dict):
        value = value.get("contacts", [value])
    rows: list[Any] = value if isinstance(value, list) else []
    for row in rows:
        inner = row.get("contacts") if isinstance(row, dict) else None
        for item in inner if isinstance(inner, list) else [row]:
            yield {_key(str(key)): cell for key, cell in item.items()} if isinstance(item, dict) else {}


def _key(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _first(row: Mapping[str, Any], names: Sequence[str]) -> str:
    for name in names:
        value = row.get(name)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (str, int)) and str(value).strip():
            return str(value).strip()
    return ""


def _read(row: Mapping[str, Any]) -> tuple[str, Answer] | None:
    cell = _first(row, _NUMBER)
    digits = digits_of(cell)
    if not 7 <= len(digits) <= 15 or digits.startswith("0") or sum(char.isalpha() for char in cell):
        return None
    word = _first(row, _STATUS).lower().replace(" ", "_")
    value = WORDS.get(word)
    if value is None:
        value = Value.ACTIVE if word in _YES else Value.INACTIVE if word in _NO else None
    if value is None:
        value = Value(word) if word in (Value.PROCESSING, Value.UNVERIFIED) else Value.ERROR
    wa_id = _first(row, _WA_ID)
    return f"+{digits}", Answer(value, wa_id if wa_id.isascii() and wa_id.isdigit() else "", _moment(_first(row, _AT)))


def _moment(text: str) -> str:
    """As the store has it; empty where it cannot be read. Without a zone it is UTC."""
    from datetime import UTC, datetime

    if text.isascii() and text.isdigit() and 9 <= len(text) <= 10:
        return instant(datetime.fromtimestamp(int(text), UTC))
    if not _MOMENT.fullmatch(text):
        return ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
