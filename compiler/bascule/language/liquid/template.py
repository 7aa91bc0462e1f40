"""Liquid texts: outputs and control tags to holes, assignments put in the place of their names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bascule.diagnostics.finding import Applicability, Edit, Finding, Fix
from bascule.diagnostics.rules import Rule
from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.ir.text import Hole, Literal, Segment, Text, join_text, literal, text_expression
from bascule.language.liquid.pieces import Block, Piece, cut, match_blocks
from bascule.language.liquid.scope import Scope, fits, in_place, nested_if
from bascule.language.liquid.values import Failure, read_markup
from bascule.language.liquid_rules import (
    DroppedComment,
    LiquidSyntax,
    LiquidTooLarge,
    OpaqueLiquidTag,
    UnknownLiquidFilter,
)
from bascule.language.placeholder_rules import (
    EmptyPlaceholder,
    UnbalancedBlock,
    UnbalancedPlaceholder,
)
from bascule.language.placeholders.notes import clip, unfilled_markers
from bascule.source import Place

__all__ = ["parse_liquid", "parse_liquid_expression"]

LIQUID = "liquid"
"""Language name of the opaque pieces."""

_MAX_DEPTH = 30
"""Blocks inside blocks; what is deeper stays verbatim."""
_MAX_ROUNDS = 3

_ASSIGNED = re.compile(r"\{%-?\s*(?:assign|capture|increment|decrement)\s+[\"']?([\w\-]+)")
_WORD = re.compile(r"[\w\-]+")
_MISTAKES = {
    "`=`": "write `==` to compare",
    "`&`": "write `and`",
    "`!`": "use `unless`, or `!=`",
    "`“`": "write straight quotes",
    "`”`": "write straight quotes",
    "`‘`": "write straight quotes",
    "`’`": "write straight quotes",
    "`+`": "write the filter `| plus: …`",
    "`-`": "write the filter `| minus: …`",
    "`*`": "write the filter `| times: …`",
    "`/`": "write the filter `| divided_by: …`",
    "`)`": "Liquid has no parentheses; it groups from the right",
    "`(`": "Liquid has no parentheses; it groups from the right",
}


def parse_liquid(text: str, place: Place) -> tuple[Text, list[Finding]]:
    """Read a Liquid text; ``place`` is the text's own place, holes are narrowed to their ranges.

    ``if``, ``unless`` and ``case`` become one hole over the whole block with nested ``if`` calls;
    ``assign`` and ``capture`` disappear into the places that use them; loops and unknown tags are opaque
    holes. What cannot be read is kept verbatim with a finding. Braces of JSON round an output stay text.
    Never raises; linear but for the expressions, whose size is bounded.
    """
    reader = _Template(text, place)
    if "{{" not in text and "{%" not in text:
        return literal(text), list(unfilled_markers(text, reader.at))
    return reader.read()


def parse_liquid_expression(source: str, place: Place) -> tuple[Expression, list[Finding]]:
    """Read one expression: the inside of ``{{ }}``, or a text whose outputs give the value.

    Surrounding blanks do not matter. What cannot be read comes back as ``Opaque("liquid", source)``.
    """
    inner = source.strip()
    offset = source.find(inner) if inner else 0
    base = place.sub[0] if place.sub else 0
    here = place.within(base + offset, base + offset + len(inner))
    if "{{" in inner or "{%" in inner:
        text, findings = parse_liquid(inner, here)
        return text_expression(text), findings
    if not inner:
        return Const(""), []
    reader = _Template(inner, here)
    expression = reader.expression("output", inner, 0)
    return (Opaque(LIQUID, source) if expression is None else expression), reader.findings


class _Template:
    """One text. ``verbatim`` are variables whose assignments must stay, because a verbatim piece uses them."""

    def __init__(self, text: str, place: Place) -> None:
        self.text = text
        self.place = place
        self.base = place.sub[0] if place.sub else 0
        self.findings: list[Finding] = []
        self.pieces: list[Piece] = []
        self.blocks: dict[int, Block] = {}
        self.stray: set[int] = set()
        self.verbatim: set[str] = set()
        self.wanted: set[str] = set()

    def at(self, start: int, end: int) -> Place:
        return self.place.within(self.base + start, self.base + end)

    def report(self, rule: type[Rule], start: int, end: int, message: str, help: str = "") -> None:
        self.findings.append(rule.at(self.at(start, end), message, help=help))

    def read(self) -> tuple[Text, list[Finding]]:
        self.pieces = cut(self.text)
        self.blocks, self.stray = match_blocks(self.pieces)
        for round_number in range(_MAX_ROUNDS + 1):
            self.findings, self.wanted = [], set()
            segments = self.run(0, len(self.pieces), {}, 0)
            if self.wanted <= self.verbatim:
                break
            last = round_number + 1 >= _MAX_ROUNDS
            self.verbatim |= set(_ASSIGNED.findall(self.text)) if last else self.wanted
        self.findings += unfilled_markers(self.text, self.at)
        self.findings.sort(key=lambda finding: (finding.place.sub or (0, 0), finding.code))
        return join_text(segments), self.findings

    def run(self, low: int, high: int, scope: Scope, depth: int) -> list[Segment]:
        """The segments of pieces ``low`` to ``high``; assignments change ``scope``."""
        result: list[Segment] = []
        number = low
        while number < high:
            piece = self.pieces[number]
            block = self.blocks.get(number)
            if piece.kind == "TEXT":
                result.append(Literal(piece.shown))
            elif piece.kind == "BROKEN":
                result.append(self.broken(piece))
            elif piece.kind == "TAG":
                segment = self.tag(number, piece, block, scope, depth)
                if segment is not None:
                    result.append(segment)
            else:
                result.append(self.output(piece, scope))
            number = block.closer + 1 if block is not None else number + 1
        return result

    # Outputs

    def output(self, piece: Piece, scope: Scope) -> Segment:
        if not piece.markup.strip():
            self.report(
                EmptyPlaceholder,
                piece.start,
                piece.end,
                f"`{self.source(piece)}` has nothing in it; it stays text",
                "write the name of a variable, or remove it",
            )
            return Literal(self.source(piece))
        expression = self.expression("output", piece.markup, piece.inner)
        return self.hole(self.settle(expression, piece.start, piece.end, scope), piece.start, piece.end)

    def settle(self, expression: Expression | None, start: int, end: int, scope: Scope) -> Expression:
        """The expression with assigned names replaced; verbatim when it was not read or grew too large."""
        if expression is None:
            return self.opaque(start, end, scope)
        if not scope:
            return expression
        replaced = in_place(expression, scope)
        if fits(replaced):
            return replaced
        self.report(LiquidTooLarge, start, end, "the assignments that this uses make it too large to read")
        return self.opaque(start, end, scope)

    def expression(self, rule: str, markup: str, inner: int) -> Expression | None:
        """A markup's value, or None after its finding."""
        value: Expression | None = self.markup(rule, markup, inner)
        return value

    def markup(self, rule: str, markup: str, inner: int) -> Any:
        """What the grammar's rule gives for a markup, or None after its finding."""
        reading = read_markup(rule, markup)
        if isinstance(reading, Failure):
            start, end = inner + reading.start, inner + reading.end
            if reading.too_large:
                self.report(LiquidTooLarge, start, end, "the expression has more parts than are read")
                return None
            expected = _enumeration(reading.expected)
            message = f"found {reading.found}" + (f", expected {expected}" if expected else "") + " in Liquid"
            self.report(LiquidSyntax, start, end, message, _MISTAKES.get(reading.found, "it is kept as it is written"))
            return None
        for name, start, end in reading.unknown:
            message = f"`{name}` is not a filter of Liquid"
            help = "look the name up: an unknown filter does nothing"
            self.findings.append(
                UnknownLiquidFilter.at(self.at(inner + start, inner + end), message, help=help, data={"filter": name})
            )
        return reading.value

    def broken(self, piece: Piece) -> Literal:
        source = self.source(piece)
        tag = source.startswith("{%")
        name = source.strip("{}%- \t")
        wanted = f"{{% {name} %}}" if tag else f"{{{{{name}}}}}"
        place = self.at(piece.start, piece.end)
        self.findings.append(
            UnbalancedPlaceholder.at(
                place,
                f"`{clip(source)}` is half a {'tag' if tag else 'placeholder'}; it stays text",
                help=f"write `{wanted}` if it is one",
                fix=Fix(f"write `{wanted}`", (Edit(place, wanted),), Applicability.UNSAFE),
            )
        )
        return Literal(source)

    # Tags

    def tag(self, number: int, piece: Piece, block: Block | None, scope: Scope, depth: int) -> Segment | None:
        if number in self.stray or (block is None and piece.tag in _ENDS):
            return self.unbalanced(piece, scope)
        end = self.pieces[block.closer].end if block is not None else piece.end
        if block is not None and depth >= _MAX_DEPTH and piece.tag not in ("raw", "comment"):
            message = f"`{piece.tag}` is nested too deeply; the block is kept as it is"
            self.report(LiquidTooLarge, piece.start, end, message)
            return self.hole(self.opaque(piece.start, end, scope), piece.start, end)
        handler = _HANDLERS.get(piece.tag)
        if handler is not None and (block is not None) == (piece.tag in _BLOCK_TAGS):
            return handler(self, piece, block, scope, depth)
        what = "loops" if piece.tag in ("for", "tablerow") else f"the tag `{piece.tag}`"
        self.report(
            OpaqueLiquidTag,
            piece.start,
            end,
            f"{what} cannot be part of a message here; `{clip(self.text[piece.start : end])}` is kept as it is",
            "compose the text in the program that sends it, and pass it as one variable",
        )
        return self.hole(self.opaque(piece.start, end, scope), piece.start, end)

    def unbalanced(self, piece: Piece, scope: Scope) -> Hole:
        self.report(
            UnbalancedBlock,
            piece.start,
            piece.end,
            f"`{self.source(piece)}` belongs to a block that has no matching other end",
            "each `{% if … %}` needs one `{% endif %}`, and `else` stands between the two",
        )
        return self.hole(self.opaque(piece.start, piece.end, scope), piece.start, piece.end)

    def output_tag(self, piece: Piece, block: Block | None, scope: Scope, depth: int) -> Segment:
        return self.output(piece, scope)

    def assign(self, piece: Piece, block: Block | None, scope: Scope, depth: int) -> Segment | None:
        value = self.markup("assignment", piece.markup, piece.inner)
        if not isinstance(value, tuple):
            self.wanted |= set(_ASSIGNED.findall(self.source(piece)))
            return self.hole(self.opaque(piece.start, piece.end, scope), piece.start, piece.end)
        name, expression = value
        return self.define(name, expression, piece.start, piece.end, scope)

    def capture(self, piece: Piece, block: Block | None, scope: Scope, depth: int) -> Segment | None:
        assert block is not None
        end = self.pieces[block.closer].end
        name = self.markup("target", piece.markup, piece.inner)
        inner = text_expression(join_text(self.run(block.opener + 1, block.closer, scope, depth + 1)))
        if not isinstance(name, str):
            return self.hole(self.opaque(piece.start, end, scope), piece.start, end)
        return self.define(name, inner, piece.start, end, scope, settled=True)

    def define(
        self, name: str, value: Expression, start: int, end: int, scope: Scope, settled: bool = False
    ) -> Segment | None:
        """Remember a local variable's value, or keep its assignment when something verbatim needs it."""
        replaced = value if settled or not scope else in_place(value, scope)
        if not fits(replaced):
            self.wanted.add(name)
        if name not in self.verbatim:
            if fits(replaced):
                scope[name] = replaced
            return None
        scope.pop(name, None)
        self.report(
            OpaqueLiquidTag,
            start,
            end,
            f"`{name}` is set for a part of the text that is kept as it is, so the assignment is kept too",
            "compose the text in the program that sends it, and pass it as one variable",
        )
        return self.hole(self.opaque(start, end, scope), start, end)

    def branch(self, piece: Piece, block: Block | None, scope: Scope, depth: int) -> Segment | None:
        """``if``, ``unless`` and ``case``."""
        assert block is not None
        end = self.pieces[block.closer].end
        heads = [block.opener, *block.middles]
        arms: list[tuple[Expression | None, Expression, Scope]] = []
        before = len(self.findings)
        subject = self.expression("output", piece.markup, piece.inner) if piece.tag == "case" else Const(True)
        readable = subject is not None
        for head, stop in zip(heads, [*block.middles, block.closer], strict=True):
            if piece.tag == "case" and head == block.opener:
                continue
            condition = self.condition(self.pieces[head], subject, scope)
            readable = readable and not (condition is None and self.pieces[head].tag != "else")
            inner = dict(scope)
            shown = text_expression(join_text(self.run(head + 1, stop, inner, depth + 1)))
            arms.append((condition, shown, inner))
        if not readable:
            syntax = [finding for finding in self.findings[before:] if finding.code != OpaqueLiquidTag.code]
            self.findings[before:] = syntax
            return self.hole(self.opaque(piece.start, end, scope), piece.start, end)
        result = nested_if([(condition, shown) for condition, shown, _ in arms], Const(""))
        if not fits(result):
            self.report(LiquidTooLarge, piece.start, end, f"`{piece.tag}` is too large to read; it is kept as it is")
            return self.hole(self.opaque(piece.start, end, scope), piece.start, end)
        if self.merge(scope, arms) and all(shown == Const("") for _, shown, _ in arms):
            return None  # the arms only set variables
        return self.hole(result, piece.start, end)

    def condition(self, head: Piece, subject: Expression | None, scope: Scope) -> Expression | None:
        if head.tag == "else":
            return None
        if head.tag == "when":
            values = self.markup("alternatives", head.markup, head.inner)
            if not isinstance(values, tuple) or subject is None:
                return None
            tests = tuple(Call("eq", (in_place(subject, scope), in_place(value, scope))) for value in values)
            return tests[0] if len(tests) == 1 else Call("or", tests)
        test = self.expression("condition", head.markup, head.inner)
        if test is None:
            return None
        test = in_place(test, scope)
        return Call("not", (test,)) if head.tag == "unless" else test

    def merge(self, scope: Scope, arms: list[tuple[Expression | None, Expression, Scope]]) -> bool:
        """After a branch, a variable set in some arm has the value of the arm that was taken.

        True when an arm set one.
        """
        names = {name for _, _, inner in arms for name in inner if inner.get(name) is not scope.get(name)}
        for name in sorted(names):
            default = scope.get(name, Ref((name,)))
            value = nested_if([(condition, inner.get(name, default)) for condition, _, inner in arms], default)
            if fits(value):
                scope[name] = value
            else:
                self.wanted.add(name)
        return bool(names)

    def comment(self, piece: Piece, block: Block | None, scope: Scope, depth: int) -> None:
        end = self.pieces[block.closer].end if block is not None else piece.end
        self.report(DroppedComment, piece.start, end, f"the comment `{clip(self.text[piece.start : end])}` is left out")

    def raw(self, piece: Piece, block: Block | None, scope: Scope, depth: int) -> Segment:
        assert block is not None
        return Literal(self.text[piece.end : self.pieces[block.closer].start])

    # Holes

    def source(self, piece: Piece) -> str:
        return self.text[piece.start : piece.end]

    def hole(self, expression: Expression, start: int, end: int) -> Hole:
        return Hole(expression, self.at(start, end))

    def opaque(self, start: int, end: int, scope: Scope) -> Opaque:
        """The source itself. Variables that it uses or sets must not be put in place elsewhere."""
        source = self.text[start:end]
        self.wanted |= set(_ASSIGNED.findall(source))
        if scope:
            self.wanted |= scope.keys() & set(_WORD.findall(source))
        return Opaque(LIQUID, source)


_Handler = Callable[[_Template, Piece, Block | None, Scope, int], Segment | None]
_HANDLERS: dict[str, _Handler] = {
    "if": _Template.branch,
    "unless": _Template.branch,
    "case": _Template.branch,
    "assign": _Template.assign,
    "capture": _Template.capture,
    "echo": _Template.output_tag,
    "comment": _Template.comment,
    "doc": _Template.comment,
    "raw": _Template.raw,
    "#": _Template.comment,
}
_BLOCK_TAGS = frozenset({"if", "unless", "case", "capture", "comment", "doc", "raw"})
_ENDS = frozenset({"else", "elsif", "elseif", "when", "endif", "endunless", "endcase", "endfor", "endcapture"})


def _enumeration(words: tuple[str, ...]) -> str:
    if len(words) <= 1:
        return "".join(words)
    return ", ".join(words[:-1]) + " or " + words[-1]
