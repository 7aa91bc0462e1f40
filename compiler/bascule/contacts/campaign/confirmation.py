"""The WhatsApp conversation that asks, records the answer, and lets people leave again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bascule.contacts.campaign.texts import Campaign
from bascule.contacts.consent.keywords import words_of

__all__ = ["confirmation"]

FLOW = "whatsapp_opt_in"


def confirmation(campaign: Campaign, languages: Sequence[str], purpose: str) -> str:
    """A scenario file (YAML) with one text per language; the user starts it by the campaign's keyword."""
    import yaml

    def said(*names: str) -> dict[str, str]:
        return {language: "\n".join(campaign.text(name, language) for name in names) for language in languages}

    def braced(texts: dict[str, str]) -> dict[str, str]:
        """Braces of a business' name are said, not filled in."""
        return {language: text.replace("{", "{{").replace("}", "}}") for language, text in texts.items()}

    ending = ("contact",) if campaign.contact else ()
    granted = {"state": "opt_in", "channel": "whatsapp", "purpose": purpose}
    refused = {"state": "opt_out", "channel": "whatsapp", "purpose": purpose}
    stop = {language: _unique(["STOP", *words_of("opt_out", language)]) for language in languages}
    data: dict[str, Any] = {
        "bascule": 1,
        "locale": campaign.default_language,
        "locales": list(languages),
        "flows": {
            FLOW: {
                "title": "WhatsApp",
                "entries": [
                    {"keyword": {lang: [campaign.keyword_in(lang)] for lang in languages}, "match": "exact"},
                ],
                "nodes": {
                    "question": {
                        "say": braced(said("question")),
                        "ask": {"into": "opt_in", "timeout": "20h"},
                        "choices": [
                            {"id": "accept", "title": said("accept"), "then": "accept"},
                            {"id": "refuse", "title": said("refuse"), "then": "refuse"},
                        ],
                        "timeout": "end",
                        "else": "question",
                    },
                    "accept": {"consent": granted, "say": braced(said("accepted", *ending))},
                    "refuse": {"consent": refused, "say": braced(said("refused", *ending))},
                },
            },
            "whatsapp_stop": {
                "title": "STOP",
                "entries": [{"keyword": stop, "match": "exact"}],
                "nodes": {"stop": {"consent": refused, "say": braced(said("stopped", *ending))}},
            },
        },
    }
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000)


def _unique(words: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(words))
