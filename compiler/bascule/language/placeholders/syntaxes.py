"""The table of placeholder syntaxes. A new one is a row here and a grammar ``placeholders_<name>.lark``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark, Token

__all__ = ["SYNTAXES", "Syntax", "evidence", "grammar", "syntax_names", "tokens"]

_EVIDENCE = ("HOLE", "ANON", "FORMAT", "EXPRESSION", "CODE", "OPTIONAL", "QUALIFIED", "TYPED", "INDEXED", "IF", "IFNOT")


@dataclass(frozen=True, slots=True)
class Syntax:
    """One way to write a placeholder.

    ``marks``: a text without any of them has no placeholder of this syntax. ``fence``: the characters
    round a name, stripped to get it. ``evidence``: token kinds that count for the syntax when a file is
    judged. ``includes``: syntaxes that this one reads too, whose counts it takes over once it has one of
    its own, plus its own tokens of the kinds ``unshared``, which they do not see. ``weak``: a single
    occurrence proves nothing, ordinary prose looks the same. ``strong``: an occurrence left over in a file
    of another syntax is reported. ``code``: language of its code tokens. ``file``: the grammar, when two
    rows share one.
    """

    name: str
    example: str
    marks: tuple[str, ...]
    fence: str
    evidence: tuple[str, ...] = _EVIDENCE
    includes: tuple[str, ...] = ()
    unshared: tuple[str, ...] = ()
    weak: bool = False
    strong: bool = False
    code: str = "template"
    file: str = ""

    @property
    def grammar_file(self) -> str:
        """Name of the grammar in the folder ``grammars``."""
        return f"placeholders_{self.file or self.name.replace('-', '_')}.lark"


_ROWS = (
    # The more particular spelling stands first: ties go to it.
    Syntax("dlt", "{#var#}", ("#}", "{#"), "{}# ", strong=True),
    Syntax("mailchimp", "*|FNAME|*", ("*|", "|*"), "*|", strong=True, code="mailchimp"),
    Syntax("erb", "<%= name %>", ("<%",), "<>%=- \t\n", strong=True, code="ruby"),
    Syntax("liquid", '{{ name | default: "x" }}', ("{{", "{%"), "{}", ("FILTERED", "TAG"), ("double-brace",), ("TAG",)),
    Syntax("double-brace", "{{name}}", ("{{", "}}"), "{}", strong=True, code="handlebars"),
    Syntax("smarty", "{$name}", ("{$", "{if", "{/", "{*"), "{}$", strong=True, code="smarty"),
    Syntax("dollar-brace", "${name}", ("${", "$"), "${}", strong=True),
    Syntax("percent-brace", "%{name}", ("%{",), "%{}", strong=True),
    Syntax("ruby", "#{name}", ("#{",), "#{}@", strong=True, code="ruby"),
    Syntax("mambu", "{CF:FIELD}", ("{",), "{}", ("QUALIFIED",), ("brace",)),
    Syntax("brace", "{name}", ("{", "}"), "{}", ("HOLE", "FORMAT", "CODE"), strong=True, code="icu"),
    Syntax("python-positional", "{}", ("{}", "{:"), "{}", ("ANON",), file="brace", code="icu"),
    Syntax("double-percent", "%%name%%", ("%%",), "%", strong=True),
    Syntax("percent", "%name%", ("%",), "%", strong=True),
    Syntax("printf", "%s", ("%",), "%", strong=True),
    Syntax("double-bracket", "[[name]]", ("[[", "]]"), "[]", strong=True),
    Syntax("notify", "((name))", ("((", "))"), "()", strong=True),
    Syntax("double-hash", "##name##", ("##",), "#", strong=True),
    Syntax("hash", "#name#", ("#",), "#"),
    Syntax("bracket", "[name]", ("[", "]"), "[]", weak=True),
    Syntax("angle", "<name>", ("<",), "<>", weak=True),
    Syntax("dollar", "$name", ("$",), "$"),
    Syntax("rapidpro", "@contact.name", ("@",), "@", code="rapidpro"),
    Syntax("colon", ":name", (":",), ":", weak=True),
)

SYNTAXES: dict[str, Syntax] = {row.name: row for row in _ROWS}
"""Every syntax by name, in the order that decides between equals."""


def syntax_names() -> tuple[str, ...]:
    """The names a user may give, sorted."""
    return tuple(sorted(SYNTAXES))


@cache
def grammar(file: str) -> Lark:
    """The parser of a placeholder grammar, built once."""
    from lark import Lark

    from bascule.resources import data_dir, read_text

    starts = ["start", "flat"] if file == "placeholders_mailchimp.lark" else ["start"]
    return Lark(
        read_text("grammars", file),
        parser="lalr",
        start=starts,
        maybe_placeholders=False,
        import_paths=[str(data_dir("grammars"))],
    )


@cache
def evidence(name: str) -> tuple[re.Pattern[str], frozenset[str]]:
    """The grammar's tokens as one regular expression, in the lexer's order, and the kinds that count.

    The same terminals decide what counts and what is read; escapes are part of the expression so that
    an escaped placeholder is not counted.
    """
    row = SYNTAXES[name]
    terminals = sorted(grammar(row.grammar_file).terminals, key=lambda terminal: -terminal.priority)
    parts = [
        f"(?P<{terminal.name}>{terminal.pattern.to_regexp()})" for terminal in terminals if terminal.name != "TEXT"
    ]
    return re.compile("|".join(parts)), frozenset(row.evidence)


def tokens(row: Syntax, text: str) -> list[Token]:
    """The tokens of a text in a flat syntax; together they are the text."""
    tree = grammar(row.grammar_file).parse(text, start="start")
    return tree.children  # type: ignore[return-value]
