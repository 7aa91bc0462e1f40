"""The next cell: one target, or several with what leads to each.

``confirme``; ``oui: confirme; non: annule; sinon: menu``; ``age >= 18 -> adulte``; ``24h -> relance``;
``si ville = Dakar alors dakar sinon ailleurs``.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from bascule.parsers.table.cells import MAX_PARTS, Piece, arrow, colon, parts, piece
from bascule.parsers.table.phrases import has_phrase, strip_phrase
from bascule.parsers.table.waits import read_wait

__all__ = ["Route", "RouteKind", "read_routes"]


class RouteKind(enum.Enum):
    """What leads to a target: nothing said, an answer or condition (``label``), any other answer, no answer."""

    PLAIN = "plain"
    LABEL = "label"
    CONDITION = "condition"
    ELSE = "else"
    ANY = "any"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Route:
    """One way on. ``target`` is as written, None where only a length of time stands; ``seconds`` is the length of a
    timeout, where it says one."""

    kind: RouteKind
    label: Piece | None = None
    target: Piece | None = None
    seconds: float | None = None


def read_routes(cell: str, is_target: Callable[[str], bool]) -> list[Route]:
    """The ways on of a cell, in order. ``is_target`` says whether a text is a step or a word that leads somewhere."""
    whole = piece(cell, 0, len(cell))
    if not whole.text:
        return []
    if is_target(whole.text):
        return [Route(RouteKind.PLAIN, target=whole)]
    routes: list[Route] = []
    for part in parts(cell, is_target):
        routes.extend(_conditional(part, is_target) or [_route(part, is_target)])
    return routes[:MAX_PARTS]


def _conditional(part: Piece, is_target: Callable[[str], bool]) -> list[Route]:
    """``si … alors … sinon …``, or ``sinon cible`` without a sign; empty when the part is neither."""
    lone = strip_phrase(part.text, "else")
    if lone and arrow(part.text) is None and is_target(part.text[lone:]):
        return [Route(RouteKind.ELSE, part.cut(0, lone), part.cut(lone))]
    if not strip_phrase(part.text, "if"):
        return []
    start = strip_phrase(part.text, "if")
    then = otherwise = None
    at = start
    for count, word in enumerate(part.text[start:].split()):
        found = part.text.index(word, at)
        at = found + len(word)
        if count > 60:
            break
        if then is None and has_phrase(word.strip(","), "then"):
            then = (found, at)
        elif then is not None and has_phrase(word.strip(",:"), "else"):
            otherwise = (found, at)
            break
    if then is None:
        return []
    test = part.cut(start, then[0])
    target = part.cut(then[1], otherwise[0] if otherwise else None)
    if not test.text or not target.text:
        return []
    routes = [Route(RouteKind.CONDITION, _trimmed(test), _trimmed(target))]
    if otherwise is not None:
        rest = _trimmed(part.cut(otherwise[1]))
        if rest.text:
            routes.append(Route(RouteKind.ELSE, part.cut(otherwise[0], otherwise[1]), rest))
    return routes


def _trimmed(part: Piece) -> Piece:
    """A part without commas, semicolons, colons and arrows at its ends."""
    signs = " ,;:\t\r\n"
    start = len(part.text) - len(part.text.lstrip(signs))
    end = len(part.text.rstrip(signs))
    return part.cut(start, max(start, end))


def _route(part: Piece, is_target: Callable[[str], bool]) -> Route:
    if is_target(part.text):
        return Route(RouteKind.PLAIN, target=part)
    at = arrow(part.text)
    if at is not None:
        label, target = part.cut(0, at[0]), part.cut(at[1])
        if not target.text:
            return Route(RouteKind.PLAIN, target=label) if label.text else Route(RouteKind.PLAIN, target=part)
        return _labelled(_trimmed(label), target) if label.text else Route(RouteKind.PLAIN, target=target)
    at = colon(part.text, ":", is_target)
    if at is None:
        at = colon(part.text, "=", is_target)
        if at is not None and not is_target(part.text[at[1] :].strip()):
            at = None
    if at is not None:
        label, target = part.cut(0, at[0]), part.cut(at[1])
        if label.text and target.text:
            return _labelled(label, target)
    wait = read_wait(part.text)
    if wait.seconds is not None:
        return Route(RouteKind.TIMEOUT, part, None, wait.seconds)
    return Route(RouteKind.PLAIN, target=part)


def _labelled(label: Piece, target: Piece) -> Route:
    cut = strip_phrase(label.text, "if")
    if cut:
        label = label.cut(cut)
        return Route(_kind(label, RouteKind.CONDITION), label, target, read_wait(label.text).seconds)
    return Route(_kind(label, RouteKind.LABEL), label, target, read_wait(label.text).seconds)


def _kind(label: Piece, usual: RouteKind) -> RouteKind:
    if has_phrase(label.text, "else"):
        return RouteKind.ELSE
    if has_phrase(label.text, "any answer") or has_phrase(label.text, "reply"):
        return RouteKind.ANY
    if has_phrase(label.text, "timeout") or read_wait(label.text).seconds is not None:
        return RouteKind.TIMEOUT
    return usual
