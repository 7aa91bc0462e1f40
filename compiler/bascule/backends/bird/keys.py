"""Bird's variables: one name for each value of a template, whatever part and language it stands in.

https://docs.bird.com/api/touchpoints-api/supported-projects/whatsapp-approved-message-templates/creating-whatsapp-message-templates
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from bascule.backends.cloud import TemplateBody
from bascule.ir.expr import Expression

__all__ = ["Keys"]

_OTHER = re.compile(r"[^A-Za-z0-9]+")


@dataclass
class Keys:
    """Names the variables of one template in all its languages.

    ``examples`` holds, for each name in the order of first use, an example by locale. A value that stands in several
    parts, or in several languages, has one name where its example is the same.
    """

    examples: dict[str, dict[str, str]] = field(default_factory=dict)
    _known: dict[object, str] = field(default_factory=dict)
    _slots: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, template: TemplateBody, slot: str, locale: str, sample: str) -> str:
        """The name for a slot (``body.1``, ``header.1``, ``button.0.1``, ``body.prenom``) of one language."""
        identity, wanted = _meant(template, slot)
        known = self.examples.get(self._known.get(identity, ""), {}).get(locale, sample)
        if known != sample:  # a link's part has another sample than the same value in a text
            identity = identity, slot.partition(".")[0], sample
        if identity not in self._known:
            name, number = wanted, 2
            while name in self.examples:
                name, number = f"{wanted}_{number}", number + 1
            self._known[identity] = name
        name = self._known[identity]
        self.examples.setdefault(name, {}).setdefault(locale, sample)
        self._slots[template.language, slot] = name
        return name

    def slots(self, language: str) -> dict[str, str]:
        """The names that one language uses, by slot."""
        return {slot: name for (own, slot), name in self._slots.items() if own == language}

    def declared(self) -> list[dict[str, Any]]:
        """The member ``variables`` of a channel template."""
        return [
            {
                "key": name,
                "type": "string",
                "format": "none",
                "description": "",
                "examplesLocale": {locale: {"exampleValueStrings": [text]} for locale, text in by_locale.items()},
            }
            for name, by_locale in self.examples.items()
        ]


def _meant(template: TemplateBody, slot: str) -> tuple[object, str]:
    """What tells the value of a slot from others, and how it should be called."""
    planned = template.planned
    found = next((item for item in planned.slots if item.key == slot), None) if planned is not None else None
    if found is not None:
        meant: tuple[str, Expression] | str = (found.marker, found.expression)
        return meant, _name(found.marker)
    name = slot.rpartition(".")[2]
    return slot, _name(slot if name.isdecimal() else name)


def _name(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = _OTHER.sub("_", plain).strip("_") or "value"
    return f"v_{name}" if name[0].isdecimal() else name
