"""Whether an answer is what the question asked for, and the value it leaves."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal, InvalidOperation

from bascule.ir.content import MediaKind
from bascule.ir.nodes import Ask, ReplyKind, Validation
from bascule.simulator.evaluation.values import Value
from bascule.simulator.inputs import Answer, Locate, Say, SendContact, SendMedia, Tap

__all__ = ["answer_text", "answer_value", "refused"]

_MEDIA = {
    ReplyKind.IMAGE: {MediaKind.IMAGE},
    ReplyKind.VIDEO: {MediaKind.VIDEO},
    ReplyKind.AUDIO: {MediaKind.AUDIO},
}
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]{1,63}(?:\.[^@\s.]{1,63}){1,8}")
_PHONE = re.compile(r"\+?[\d\s().-]{6,24}")


def answer_text(answer: Answer) -> str:
    """The words of an answer, as the platforms hand them to a flow; a file without a caption has its address."""
    if isinstance(answer, Say):
        return answer.text
    if isinstance(answer, Tap):
        return answer.option
    if isinstance(answer, SendMedia):
        return answer.caption or answer.url
    if isinstance(answer, Locate):
        return f"{answer.latitude:g},{answer.longitude:g}"
    return answer.phone


def answer_value(answer: Answer) -> Value:
    """What the question's variable takes when no choice was picked: text, or a table for what is no text."""
    if isinstance(answer, SendMedia):
        return {"__default__": answer.url, "url": answer.url, "kind": answer.kind.value, "caption": answer.caption}
    if isinstance(answer, Locate):
        latitude, longitude = Decimal(repr(answer.latitude)), Decimal(repr(answer.longitude))
        return {
            "__default__": answer_text(answer),
            "latitude": latitude,
            "longitude": longitude,
            "name": answer.name,
        }
    if isinstance(answer, SendContact):
        return {"__default__": answer.phone, "name": answer.name, "phone": answer.phone}
    return answer_text(answer)


def refused(ask: Ask, answer: Answer, picked: bool) -> str:
    """Why the platform asks again, or an empty text.

    Only questions that say what they take refuse anything: those with a validation. A choice that was picked is
    always taken.
    """
    rule = ask.validation
    if rule is None or picked:
        return ""
    return _kind(ask.reply, answer) or _bounds(ask.reply, rule, answer)


def _kind(reply: ReplyKind, answer: Answer) -> str:
    text = answer_text(answer).strip()
    typed = isinstance(answer, (Say, Tap))
    if reply in _MEDIA:
        return "" if isinstance(answer, SendMedia) and answer.kind in _MEDIA[reply] else f"it is no {reply.value}"
    if reply is ReplyKind.FILE:
        return "" if isinstance(answer, SendMedia) else "it is no file"
    if reply is ReplyKind.LOCATION:
        return "" if isinstance(answer, Locate) else "it is no place"
    if reply is ReplyKind.CONTACT:
        return "" if isinstance(answer, SendContact) else "it is no contact"
    if reply is ReplyKind.ANY:
        return ""
    if reply is ReplyKind.PHONE and isinstance(answer, SendContact):
        return ""
    if not typed:
        return "it is no text"
    tests = {
        ReplyKind.NUMBER: _number(text) is not None,
        ReplyKind.DIGITS: text.isdigit(),
        ReplyKind.EMAIL: _EMAIL.fullmatch(text) is not None,
        ReplyKind.PHONE: _PHONE.fullmatch(text) is not None,
        ReplyKind.DATE: _date(text),
        ReplyKind.TIME: _time(text),
        ReplyKind.CHOICE: False,
        ReplyKind.TEXT: bool(text),
    }
    return "" if tests.get(reply, True) else f"`{reply.value}` was asked for"


def _bounds(reply: ReplyKind, rule: Validation, answer: Answer) -> str:
    text = answer_text(answer).strip()
    if rule.max_length is not None and len(text) > rule.max_length:
        return f"it is longer than {rule.max_length} characters"
    if rule.minimum is not None or rule.maximum is not None:
        number = _number(text)
        size = number if number is not None else (Decimal(len(text)) if reply is ReplyKind.TEXT else None)
        if size is None:
            return "it is no number"
        if rule.minimum is not None and size < Decimal(repr(rule.minimum)):
            return f"it is below {rule.minimum:g}"
        if rule.maximum is not None and size > Decimal(repr(rule.maximum)):
            return f"it is above {rule.maximum:g}"
    return ""


def _number(text: str) -> Decimal | None:
    compact = text.replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    if compact.count(",") == 1 and "." not in compact:
        compact = compact.replace(",", ".")
    try:
        number = Decimal(compact)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _date(text: str) -> bool:
    parts = re.fullmatch(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})", text)
    if parts is None:
        return False
    first, month, last = (int(part) for part in parts.groups())
    orders = ((first, month, last), (last, month, first), (last, first, month))
    return any(_valid_date(*order) for order in orders)


def _valid_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return year > 31


def _time(text: str) -> bool:
    parts = re.fullmatch(r"(\d{1,2})\s?[:hH.]\s?(\d{2})?", text)
    if parts is None:
        return False
    try:
        time(int(parts.group(1)), int(parts.group(2) or 0))
    except ValueError:
        return False
    return True
