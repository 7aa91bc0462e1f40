"""Templates as people submit them: several names and languages, parameters by number or by name, files, buttons, cards,
one-time codes.

``from tests.roundtrip.templates import submissions, written``.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from bascule.compiling import Compilation
from bascule.source import SourceFile
from bascule.workspace import InputFile, analyse, load

from ..backends.meta_templates import meta_templates

__all__ = ["LANGUAGES", "compiled", "submissions", "whole", "written"]

LANGUAGES = ("fr", "ar", "hi", "pt_BR", "ru", "en_US")
_SENTENCES = {
    "fr": "Votre commande {} est prête à l’étage", "ar": "طلبكم {} جاهز اليوم", "hi": "आपका ऑर्डर {} तैयार है 🙏",
    "pt_BR": "Seu pedido {} está pronto 😊", "ru": "Ваш заказ {} готов", "en_US": "Your order {} is ready & packed",
}  # fmt: skip
_SAMPLES = {"fr": "C-42", "ar": "ليلى", "hi": "अनुज", "pt_BR": "São José", "ru": "Ж-7", "en_US": "A 1"}
_REPLIES = ("Oui", "Non", "Un conseiller", "نعم", "हाँ", "Да ✅")


def _named(language: str, names: tuple[str, ...]) -> dict[str, Any]:
    text = _SENTENCES[language].format(" / ".join(f"{{{{{name}}}}}" for name in names))
    samples = [{"param_name": name, "example": f"{_SAMPLES[language]} {name}"} for name in names]
    return {"type": "BODY", "text": text, "example": {"body_text_named_params": samples}}


def _numbered(language: str, sample: str) -> dict[str, Any]:
    text = _SENTENCES[language].format("{{1}}")
    return {"type": "BODY", "text": text, "example": {"body_text": [[sample]]}}


def _card(language: str, number: int, kind: str, linked: bool) -> dict[str, Any]:
    suffix = "jpg" if kind == "IMAGE" else "mp4"
    link = {"type": "URL", "text": "Voir", "url": "https://x.example/p/{{1}}", "example": ["https://x.example/p/c-9"]}
    button = link if linked else {"type": "QUICK_REPLY", "text": "Oui"}
    handle = {"header_handle": [f"https://x.example/{number}.{suffix}"]}
    return {"components": [
        {"type": "HEADER", "format": kind, "example": handle},
        {"type": "BODY", "text": f"{number} — {_SENTENCES[language].format(number)}"},
        {"type": "BUTTONS", "buttons": [button]},
    ]}  # fmt: skip


@st.composite
def _body(draw: st.DrawFn, kind: str, language: str) -> dict[str, Any]:
    """A body without its name."""
    if kind == "named":
        names = draw(st.sampled_from((("prenom",), ("prenom", "commande"), ("numero_2", "nom", "ville"))))
        components = [_named(language, names)]
        return {"category": "UTILITY", "parameter_format": "NAMED", "components": components}
    if kind == "carousel":
        shape, linked = draw(st.sampled_from(("IMAGE", "VIDEO"))), draw(st.booleans())
        cards = [_card(language, number, shape, linked) for number in range(draw(st.integers(2, 4)))]
        first = _numbered(language, _SAMPLES[language])
        return {"category": "MARKETING", "components": [first, {"type": "CAROUSEL", "cards": cards}]}
    if kind == "code":
        components = [
            {"type": "BODY", "add_security_recommendation": draw(st.booleans())},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copier"}]},
        ]
        if draw(st.booleans()):
            components.insert(1, {"type": "FOOTER", "code_expiration_minutes": draw(st.integers(1, 90))})
        return {"category": "AUTHENTICATION", "components": components}
    if kind == "free":
        return {**draw(meta_templates()), "language": language}
    shape = draw(st.sampled_from(("", "IMAGE", "VIDEO", "DOCUMENT")))
    components = [_numbered(language, _SAMPLES[language])]
    if shape:
        suffix = {"IMAGE": "jpg", "VIDEO": "mp4", "DOCUMENT": "pdf"}[shape]
        handle = f"https://x.example/{draw(st.sampled_from(('a', language)))}.{suffix}"
        components.insert(0, {"type": "HEADER", "format": shape, "example": {"header_handle": [handle]}})
    if draw(st.booleans()):
        components.append({"type": "FOOTER", "text": "9 h – 18 h"})
    titles = draw(st.lists(st.sampled_from(_REPLIES), max_size=3, unique=True))
    buttons: list[dict[str, Any]] = [{"type": "QUICK_REPLY", "text": title} for title in titles]
    if draw(st.booleans()):
        buttons.append({"type": "PHONE_NUMBER", "text": "Tél.", "phone_number": "+33298000000"})
    if draw(st.booleans()):
        link = {"type": "URL", "text": "Suivre", "url": "https://x.example/{{1}}", "example": ["https://x.example/z"]}
        buttons.append(link)
    if buttons:
        components.append({"type": "BUTTONS", "buttons": buttons})
    return {"category": draw(st.sampled_from(("UTILITY", "MARKETING"))), "components": components}


@st.composite
def submissions(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Bodies of ``POST /{WABA}/message_templates``: each name in one to three languages of its own wording."""
    bodies = []
    for number in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(("named", "carousel", "code", "free", "parts", "parts")))
        for language in draw(st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=3, unique=True)):
            bodies.append({**draw(_body(kind, language)), "name": f"modele_{number}", "language": language})
    return bodies


def compiled(value: Any, path: str = "modeles.json") -> Compilation:
    """What bascule makes of a file with this JSON value."""
    text = json.dumps(value, ensure_ascii=False)
    return Compilation(analyse(load([InputFile(SourceFile.of_text(text, path), path)])))


def written(compilation: Compilation, target: str, folder: str) -> dict[str, str]:
    """The files of a folder of a target."""
    artefacts = compilation.write(target).emitted.artefacts
    return {item.path: item.text for item in artefacts if item.path.startswith(f"{target}/{folder}/")}


def whole(text: str) -> bool:
    """The graph has no form for a part of the template: its definition is kept."""
    for component in json.loads(text)["components"]:
        kind, form = component["type"], component.get("format", "TEXT")
        if kind not in ("HEADER", "BODY", "FOOTER", "BUTTONS") or form not in ("TEXT", "IMAGE", "VIDEO", "DOCUMENT"):
            return True
        if kind in ("BODY", "FOOTER") and "text" not in component:
            return True
        buttons = component.get("buttons", [])
        if any(button["type"] not in ("QUICK_REPLY", "URL", "PHONE_NUMBER") for button in buttons):
            return True
    return False
