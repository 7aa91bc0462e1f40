"""Twilio's variables: one numbering for all parts of a Content, with a sample for each.

https://www.twilio.com/docs/content/using-variables-with-content-api
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["Numbers"]

_MARKER = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


@dataclass
class Numbers:
    """Gives every value of a Content one number, in the order of first use.

    ``values`` are what each number stands for when the Content is sent, ``samples`` what review sees.
    """

    values: dict[str, str] = field(default_factory=dict)
    samples: dict[str, str] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)

    def of(self, key: str, value: str, sample: str) -> str:
        """The number of a value: ``key`` tells values apart."""
        if key not in self._known:
            number = str(len(self._known) + 1)
            self._known[key] = number
            self.values[number] = value
            self.samples[number] = sample
        return self._known[key]

    def template_text(self, text: str, part: str, samples: list[str]) -> str:
        """A text with ``{{1}}`` … of its own component, with the numbers of the whole Content. The value of a number is
        named by its slot (``body.1``) until the send says what it is."""

        def one(match: re.Match[str]) -> str:
            name = match.group(1)
            index = int(name) - 1 if name.isdecimal() else -1
            sample = samples[index] if 0 <= index < len(samples) else name
            return "{{" + self.of(f"{part}.{name}", f"{part}.{name}", sample) + "}}"

        return _MARKER.sub(one, text)

    def message_text(self, text: str) -> str:
        """A text with run-time markers ``{{name}}``, with numbers; the marker is its own value and sample."""

        def one(match: re.Match[str]) -> str:
            name = match.group(1)
            return "{{" + self.of(name, "{{" + name + "}}", name[:40]) + "}}"

        return _MARKER.sub(one, text)
