"""Mailchimp merge tags: functions, and ``*|IF:X|* … *|END:IF|*`` blocks as ``if`` calls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bascule.ir.expr import Call, Const, Expression
from bascule.ir.text import Hole, Segment, join_text, text_expression
from bascule.language.placeholder_rules import UnbalancedBlock
from bascule.language.placeholders.syntaxes import grammar

if TYPE_CHECKING:
    from lark import Token

    from bascule.language.placeholders.read import Reader

__all__ = ["mailchimp_segments"]

_MAX_DEPTH = 24
"""Blocks nested deeper than this are read tag by tag: nobody writes them, and readers recurse."""

_BLOCK_TAG = re.compile(r"\*\|(?:(IF|if|IFNOT|ifnot):|(END|end):)")
_TEST = re.compile(r"([^=<>!]{1,80}?)\s*(!=|>=|<=|=|>|<)\s*(.{0,80})", re.DOTALL)
_OPERATORS = {"=": "eq", "!=": "ne", ">": "gt", "<": "lt", ">=": "ge", "<=": "le"}


def mailchimp_segments(reader: Reader) -> list[Segment]:
    """The segments of a text. Blocks that do not match become opaque holes with a finding each."""
    from lark.exceptions import UnexpectedInput

    parser = grammar(reader.row.grammar_file)
    if _depth(reader.text) <= _MAX_DEPTH:
        try:
            tree = parser.parse(reader.text, start="start")
        except UnexpectedInput:
            pass
        else:
            reader.prepare(_tokens(tree.children))
            return _items(reader, tree.children)
    flat: list[Any] = parser.parse(reader.text, start="flat").children
    reader.prepare(flat)
    return [_flat(reader, token) for token in flat]


def _depth(text: str) -> int:
    depth = deepest = 0
    for match in _BLOCK_TAG.finditer(text):
        depth += 1 if match.group(1) else -1
        deepest = max(deepest, depth)
    return deepest


def _tokens(children: list[Any]) -> list[Token]:
    from lark import Tree

    found: list[Token] = []
    for child in children:
        if isinstance(child, Tree):
            found += _tokens(child.children)
        else:
            found.append(child)
    return found


def _items(reader: Reader, children: list[Any]) -> list[Segment]:
    from lark import Tree

    result: list[Segment] = []
    for child in children:
        if isinstance(child, Tree):
            parts: list[Any] = child.children
            place = reader.at(parts[0].children[0].start_pos, parts[-1].end_pos)
            result.append(Hole(_block(reader, parts), place))
        else:
            result.append(reader.segment(child.type, child))
    return result


def _block(reader: Reader, parts: list[Any]) -> Expression:
    """A block's branches (all parts but the end tag) as nested ``if`` calls, the last one innermost."""
    *branches, _ = parts
    arms: list[tuple[Expression | None, Expression]] = []
    for branch in branches:
        tag, *items = branch.children
        condition = None if branch.data == "otherwise" else _condition(tag)
        arms.append((condition, text_expression(join_text(_items(reader, items)))))
    result: Expression = Const("")
    for condition, shown in reversed(arms):
        result = shown if condition is None else Call("if", (condition, shown, result))
    return result


def _condition(tag: Token) -> Expression:
    from bascule.language.placeholders.read import reference

    content = tag[2:-2].partition(":")[2].strip()
    match = _TEST.fullmatch(content)
    test: Expression
    if match is None:
        test = Call("has_text", (reference(content),))
    else:
        name, operator, value = match.groups()
        test = Call(_OPERATORS[operator], (reference(name.strip()), Const(value.strip().strip("\"'"))))
    return Call("not", (test,)) if tag.type == "IFNOT" else test


def _flat(reader: Reader, token: Token) -> Segment:
    if token.type not in ("IF", "IFNOT", "ELSEIF", "ELSE", "END"):
        return reader.segment(token.type, token)
    start, end = token.start_pos or 0, token.end_pos or 0
    reader.findings.append(
        UnbalancedBlock.at(
            reader.at(start, end),
            f"`{token}` belongs to a block that has no matching other end",
            help="each `*|IF:…|*` needs one `*|END:IF|*`, and `*|ELSE:|*` stands between the two",
        )
    )
    return reader.verbatim(token)
