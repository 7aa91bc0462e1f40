"""What a company knows about itself and no source file says: facts of ``bascule.toml`` that the passes use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["FileFacts", "ProjectSettings"]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the project knows about a media file: the public address that everybody can open, its size in bytes, and
    the handle of its upload, which Meta and 360dialog take as a template's sample."""

    url: str = ""
    size: int | None = None
    handle: str = ""


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """Facts about the whole project. An empty value says nothing; what a source file says itself always wins.

    ``business`` is the name customers know; ``region`` an ISO 3166 country code (how money and dates look in
    samples); ``locale`` the language of texts whose file names none; ``languages`` all languages that are in use
    (a guess outside them is not believed). ``samples`` are example values by variable, then by language (``""``:
    any); ``opt_out`` is the wording of the button that ends promotions, by language, and ``opt_out_line`` the sentence
    of a message that says how to end them. ``consent`` says where people agreed to be written to (``""``: not known).
    ``media`` are facts about files by the address or id that a source calls them by; ``templates`` are names to use
    for templates instead of those that a source or bascule would use.
    """

    business: str = ""
    region: str = ""
    locale: str = ""
    languages: tuple[str, ...] = ()
    samples: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    opt_out: Mapping[str, str] = field(default_factory=dict)
    opt_out_line: Mapping[str, str] = field(default_factory=dict)
    consent: str = ""
    media: Mapping[str, FileFacts] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)

    @property
    def default_locale(self) -> str:
        """The language of texts whose file names none: ``locale``, or the only language in use."""
        return self.locale or (self.languages[0] if len(self.languages) == 1 else "")

    def sample(self, variable: str, language: str) -> str:
        """The example value of a variable in a language (``pt_BR`` falls back to ``pt``, then to any); or ``""``."""
        return _in_language(self.samples.get(variable, {}), language)

    def opt_out_label(self, language: str) -> str:
        """The wording of the opt-out button in a language, or ``""``."""
        return _in_language(self.opt_out, language)

    def opt_out_sentence(self, language: str) -> str:
        """The sentence that says how to end promotions in a language, or ``""``."""
        return _in_language(self.opt_out_line, language)

    def regional(self, language: str) -> str:
        """The language with the project's region, where it names none itself."""
        return f"{language}_{self.region}" if self.region and language and not _parts(language)[1:] else language


def _parts(tag: str) -> list[str]:
    return tag.replace("-", "_").lower().split("_")


def _in_language(table: Mapping[str, str], language: str) -> str:
    wanted = _parts(language)
    known = {"_".join(_parts(tag)): value for tag, value in table.items()}
    return known.get("_".join(wanted)) or known.get(wanted[0]) or known.get("", "")
