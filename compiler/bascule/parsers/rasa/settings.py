"""``config.yml``, ``endpoints.yml``, ``credentials.yml`` and the code of actions: what of them matters to a flow."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bascule.language.reading import json_text
from bascule.language.secrets import secret_under_name
from bascule.parsers.rasa.located import At, mapping, plain, sequence, text_of
from bascule.parsers.rasa.losses import ChannelSettings, CustomAction, ModelSettings
from bascule.parsers.rasa.model import Scene
from bascule.source import Place

__all__ = ["Settings", "read_channels", "read_code", "read_config"]

_ACTION_NAME = re.compile(r"return\s{1,20}[\"'](\w{1,200})[\"']")
_THRESHOLDS = ("threshold", "ambiguity_threshold", "core_fallback_threshold", "nlu_threshold")


@dataclass(slots=True)
class Settings:
    """``extractors`` are ready-made entity extractors in use; ``fallback`` the action that answers when no policy is
    sure."""

    extractors: set[str] = field(default_factory=set)
    fallback: str = ""
    locales: list[str] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)


def read_config(scene: Scene, settings: Settings, at: At) -> None:
    """The configuration: language, pipeline, policies."""
    book = scene.reading.book
    for key, item in at.members():
        if key in ("pipeline", "policies"):
            construct = "pipeline component" if key == "pipeline" else "policy"
            for one in sequence(scene.reading, item, key):
                book.open(construct, one.place)
                _component(scene, settings, one)
            settings.facts.append((key, json_text(_safe(scene, item))))
            continue
        book.open("setting", item.place)
        value = text_of(item)
        if key == "language" and value:
            scene.locale = scene.locale or value
            book.exact(item.place)
        elif key == "additional_languages" and isinstance(item.value, list):
            settings.locales += [name for one in item.items() if (name := text_of(one)) is not None]
            book.exact(item.place)
        else:
            settings.facts.append((key, json_text(scene.reading.safe(plain(item.value), item.place, key))))
            book.exact(item.place, "kept as a fact")


def _safe(scene: Scene, at: At) -> list[object]:
    """Components as they are set up. A `token_pattern` is no secret, whatever its name says."""
    found: list[object] = []
    for one in at.items():
        value = plain(one.value)
        pattern = value.pop("token_pattern", None) if isinstance(value, dict) else None
        value = scene.reading.safe(value, one.place)
        if pattern is not None:
            value["token_pattern"] = pattern
        found.append(value)
    return found


def _component(scene: Scene, settings: Settings, at: At) -> None:
    """One component or policy. Thresholds decide when the fallback answers: that way is in the graph."""
    name_at = at.get("name")
    name = (text_of(name_at) or "") if name_at is not None else text_of(at) or ""
    short = name.rsplit(".", 1)[-1]
    if short.startswith("Duckling"):
        settings.extractors.add("duckling")
    elif short.startswith("SpacyEntity"):
        settings.extractors.add("spacy")
    action = at.get("core_fallback_action_name") or at.get("fallback_action_name")
    fallback = text_of(action) if action is not None else None
    if fallback:
        settings.fallback = settings.fallback or fallback
    thresholds = {key: item.scalar for key, item in at.members() if key in _THRESHOLDS}
    if thresholds:
        settings.facts.append((f"fallback {short}", json_text(thresholds)))
    if short == "FallbackClassifier":
        scene.reading.book.emulated(at.place, "the way an unrecognised message takes; its threshold is a fact")
        return
    code = scene.reading.find_once(
        ModelSettings,
        "model",
        at.place,
        lambda count: f"{count} component(s) and policies of the model are not carried over; they are kept as facts",
        help="test the converted flow with real messages",
    )
    scene.reading.book.dropped(at.place, "how the old model learns; kept as a fact", "test with real messages", code)


def read_channels(scene: Scene, settings: Settings, at: At, endpoints: bool) -> None:
    """Credentials and endpoints: names and the address of the action server; the rest is left out, secrets reported."""
    reading = scene.reading
    names: list[str] = []
    for key, item in mapping(reading, at, "endpoints" if endpoints else "channels"):
        reading.book.open("endpoint" if endpoints else "channel", item.place)
        names.append(key)
        reading.safe(plain(item.value), item.place, key)
        url = item.get("url")
        address = text_of(url) if url is not None else None
        if endpoints and key == "action_endpoint" and address and url is not None:
            if secret_under_name("url", address) is None:
                scene.server, scene.server_place = address, url.place
            reading.book.emulated(item.place, "the address of the requests of custom actions")
            continue
        code = reading.find_once(
            ChannelSettings,
            "channels",
            item.place.at_key(),
            lambda count: f"{count} section(s) of channel and server settings are not carried over",
            help="set up the number at the provider; replace secrets that went along",
        )
        reading.book.dropped(item.place, "settings of the old installation", "set up the number at the provider", code)
    if names:
        settings.facts.append(("endpoints" if endpoints else "channels", json_text(names)))


def read_code(scene: Scene, settings: Settings, path: str, text: str) -> None:
    """A file of action code: never run; the names it returns are noted."""
    place = Place(path)
    scene.reading.book.open("action code", place)
    names = dict.fromkeys(_ACTION_NAME.findall(text))
    actions = [name for name in names if name.startswith(("action_", "validate_")) or name in scene.domain.actions]
    if actions:
        settings.facts.append((f"actions of {path.rsplit('/', 1)[-1]}", json_text(actions)))
    code = scene.reading.find_once(
        CustomAction,
        "code",
        place,
        lambda count: f"{count} file(s) of action code are not read",
        help="write what the actions do into the converted flow",
    )
    scene.reading.book.dropped(place, "code is not read", "write what it does into the flow", code)
