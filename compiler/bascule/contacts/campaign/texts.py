"""The words of a campaign, per language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import quote

__all__ = ["LANGUAGES", "Campaign", "language_of"]


@cache
def _texts() -> dict[str, dict[str, str]]:
    import yaml

    text = files("bascule.contacts.campaign").joinpath("data/texts.yaml").read_text("utf-8")
    data: dict[str, dict[str, str]] = yaml.safe_load(text)
    return data


LANGUAGES = ("ar", "de", "en", "es", "fr", "hi", "it", "pt", "ru")

_REGIONS = {
    "ar": "AE BH DZ EG IQ JO KW LB LY MA OM QA SA SD SY TN YE",
    "de": "AT DE LI",
    "es": "AR BO CL CO CR CU DO EC ES GT HN MX NI PA PE PR PY SV UY VE",
    "fr": "BF BJ BL CD CF CG CI CM FR GA GF GN GP MC MF ML MQ NC NE PF PM RE SN TD TG WF YT",
    "hi": "IN",
    "it": "IT SM VA",
    "pt": "AO BR CV GW MZ PT ST",
    "ru": "BY KG KZ RU",
}
"""Regions whose people are written to in a language when nothing is known of theirs."""
_LANGUAGE_OF = {region: language for language, regions in _REGIONS.items() for region in regions.split()}


def language_of(language: str | None, region: str | None, default: str) -> str:
    """The language to write to a person in: theirs, else their number's region's, else the default."""
    base = (language or "").replace("_", "-").split("-")[0].lower()
    if base in LANGUAGES:
        return base
    return _LANGUAGE_OF.get(region or "", default) if not base else default


@dataclass(frozen=True, slots=True)
class Campaign:
    """What a campaign says. ``number`` is the WhatsApp number in E.164; ``contact`` how to reach a person, or empty."""

    business: str
    number: str
    default_language: str = "en"
    contact: str = ""
    keyword: str = ""

    def keyword_in(self, language: str) -> str:
        """The word people answer."""
        return self.keyword or _texts()[language]["keyword"]

    def link(self, language: str) -> str:
        """Opens a chat with the keyword written. https://faq.whatsapp.com/5913398998672934"""
        return f"https://wa.me/{self.number.lstrip('+')}?text={quote(self.keyword_in(language))}"

    def text(self, name: str, language: str) -> str:
        """One of the texts, filled in."""
        return _texts()[language][name].format(
            business=self.business, keyword=self.keyword_in(language), link=self.link(language), contact=self.contact
        )
