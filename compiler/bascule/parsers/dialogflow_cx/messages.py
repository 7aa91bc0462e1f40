"""Response messages of a fulfillment: their kinds, their languages, their channels.

Messages of one list with different languages are translations of each other, those with the same language follow
each other, and the texts inside one message are wordings of which one is picked at random.
Facts: https://cloud.google.com/dialogflow/cx/docs/reference/rest/v3/ResponseMessage
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from bascule.ir.content import Media, MediaKind
from bascule.ir.text import Localized, Text, literal
from bascule.language.members import Facts
from bascule.language.reading import json_text
from bascule.parsers.dialogflow_cx.channels import (
    channel_name,
    channel_piece,
    channels_of,
    read_channel,
    settle_channels,
)
from bascule.parsers.dialogflow_cx.losses import CustomPayload, SuccessMark, VoiceOnly
from bascule.parsers.dialogflow_cx.pieces import Piece, Said, align, join_pieces
from bascule.parsers.dialogflow_cx.reading import AgentMembers, AgentReading, hollow, locale_tag
from bascule.parsers.dialogflow_cx.rich import is_rich, read_rich
from bascule.parsers.dialogflow_cx.rules import WrongShape
from bascule.source import Place

__all__ = ["read_messages"]

_TAGS = re.compile(r"<[^<>]{0,500}>")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
_AUDIO = (".mp3", ".ogg", ".opus", ".aac", ".amr", ".m4a", ".wav")


def read_messages(reading: AgentReading, items: Iterable[tuple[Any, Place]], facts: Facts) -> list[Said]:
    """The steps that a list of messages says, in order. Every message is put down in the book; ``facts`` are those of
    the owner, for messages that say nothing."""
    by_language: dict[str, list[Piece]] = {}
    for item, place in items:
        if not isinstance(item, dict):
            reading.book.open("message", place)
            code = reading.find(WrongShape, place, "a message is no object; it is left out", help="write an object")
            reading.book.dropped(place, "no object", "write an object", code)
            continue
        message = _Message(reading, item, place)
        pieces = message.read()
        if message.locale:
            reading.languages.setdefault(message.locale)
        by_language.setdefault(message.locale, []).extend(pieces)
    joined = {
        locale: join_pieces(settle_channels(reading, _without_voice(reading, pieces)))
        for locale, pieces in by_language.items()
    }
    said: list[Said] = []
    for step in align(joined, reading.language):
        if step.kind == "say" and step.content.empty:
            facts += [*step.facts, *step.content.hints]
        else:
            said.append(step)
    return said


def _without_voice(reading: AgentReading, pieces: list[Piece]) -> list[Piece]:
    """What is spoken is left out where the same list has it in writing."""
    written = any(piece.kind == "say" and not piece.construct and not piece.only_variants for piece in pieces)
    kept = []
    for piece in pieces:
        if piece.construct == "voice" and written:
            _voice(reading, piece.place)
        elif piece.construct == "voice":
            _voice(reading, piece.place, "said in writing, without the voice")
            piece.construct = ""
            kept.append(piece)
        else:
            kept.append(piece)
    return kept


def _voice(reading: AgentReading, place: Place, reason: str = "") -> str:
    code = reading.find_once(
        VoiceOnly, "message", place, lambda count: f"{count} message(s) are for a voice or a telephone line"
    )
    if reason:
        reading.book.degraded(place, reason, "", code)
    else:
        reading.book.dropped(place, "for calls only", "", code)
    return code


class _Message:
    """One message in one language."""

    def __init__(self, reading: AgentReading, data: dict[str, Any], place: Place) -> None:
        self.reading = reading
        self.place = place
        self.facts: Facts = []
        payload = data.get("payload")
        self.channels = (
            channels_of(payload, place.child("payload")) if isinstance(payload, dict) and not is_rich(payload) else []
        )
        self.named = bool(self.channels) and self.channels[0][2] != place.child("payload")
        structural = ("payload",) if is_rich(payload) or self.named else ()
        self.members = AgentMembers(reading, data, place, "message", self.facts, structural)
        self.locale = locale_tag(self.members.string("languageCode")) or reading.language
        self.pieces: list[Piece] = []

    def read(self) -> list[Piece]:
        members = self.members
        self._text()
        self._payload()
        self._handover()
        self._voice()
        self._marks()
        if "endInteraction" in members.data:
            members.skip("endInteraction")
            self.pieces.append(Piece("end", members.at("endInteraction")))
        self._channel()
        for piece in self.pieces:
            piece.origin = piece.origin or self.place
        members.fact("responseType", "source")
        members.close()
        if self.facts:
            if not self.pieces:
                self.pieces.append(Piece("say", self.place))
            self.pieces[0].facts[:0] = self.facts
        return self.pieces

    def _text(self) -> None:
        members = self.members
        value = members.object("text")
        place = members.at("text").child("text")
        written = value.get("text")
        texts = [written] if isinstance(written, str) else written if isinstance(written, list) else []
        single = isinstance(written, str)
        wordings: list[Text] = []
        first: Place | None = None
        for index, text in enumerate(texts):
            at = place if single else place.child(index)
            if not isinstance(text, str):
                code = self.reading.find(WrongShape, at, "a wording is no text; it is left out", help="write a text")
                self.reading.book.degraded(members.at("text"), "a wording is no text", "write a text", code)
            elif text.strip():
                first = first or at
                wordings.append(self.reading.text(text, at))
        rest = {name: item for name, item in value.items() if name not in ("text", "allowPlaybackInterruption")}
        if not hollow(rest):
            self.facts.append(("text", json_text(self.reading.safe(rest, members.at("text")))))
        if wordings:
            self.pieces.append(Piece("say", first or place, texts=wordings))

    def _payload(self) -> None:
        members = self.members
        payload = members.data.get("payload")
        if payload is None:
            members.skip("payload")
            return
        place = members.at("payload")
        if is_rich(payload):
            self.pieces += read_rich(self.reading, payload, place)
            rest = AgentMembers(self.reading, payload, place, "payload", self.facts, ("richContent",))
            rest.close()
            return
        if not isinstance(payload, dict):
            members.misshapen("payload", "an object")
            return
        members.take("payload")
        if hollow(payload):
            return
        if not self.channels:
            self._unknown_payload(payload, place)
        elif not self.named:
            self._channel_message(*self.channels[0])
        else:
            rest = AgentMembers(self.reading, payload, place, "payload", self.facts)
            for name, data, at in self.channels:
                rest.take(name)
                self._channel_message(name, data, at)
            rest.close()

    def _unknown_payload(self, payload: Any, place: Place) -> None:
        code = self.reading.find_once(
            CustomPayload,
            "payload",
            place,
            lambda count: f"{count} custom payload(s) are in a format that only their own client understands",
            help="say it with texts, images and choices",
        )
        reason = "only its own client understands it; kept as unsupported"
        self.reading.bury(place, reason, "say it in words", code, kept=False)
        source = json_text(self.reading.safe(payload, place))
        self.pieces.append(
            Piece(
                "unsupported", place, source=source, construct="custom payload", reason="in a format of its own client"
            )
        )

    def _channel_message(self, channel: str, data: Any, place: Place) -> None:
        """The message of one channel; :func:`settle_channels` decides later whether it is what is said."""
        found = read_channel(self.reading, channel, data, place)
        if found is None:
            self._unknown_payload(data, place)
            return
        for content, facts in found:
            self.pieces.append(channel_piece(channel, content, facts, place))

    def _handover(self) -> None:
        members = self.members
        if "liveAgentHandoff" in members.data:
            data = members.object("liveAgentHandoff")
            place = members.at("liveAgentHandoff")
            metadata = data.get("metadata")
            piece = Piece("handover", place)
            if isinstance(metadata, dict):
                for name, value in metadata.items():
                    at = place.child("metadata", name)
                    plain = self.reading.safe(value, at, name)
                    text = self.reading.text(plain, at) if isinstance(plain, str) else literal(json_text(plain))
                    piece.parameters.append((name, text))
            elif not hollow(data):
                piece.facts.append(("liveAgentHandoff", json_text(self.reading.safe(data, place))))
            self.pieces.append(piece)
        if "telephonyTransferCall" in members.data:
            data = members.object("telephonyTransferCall")
            place = members.at("telephonyTransferCall")
            number = data.get("phoneNumber")
            _voice(self.reading, place, "there is no call to transfer; the conversation goes to a person")
            self.pieces.append(Piece("handover", place, to=number if isinstance(number, str) else ""))

    def _voice(self) -> None:
        members = self.members
        if "outputAudioText" in members.data:
            data = members.object("outputAudioText")
            at = members.at("outputAudioText")
            name = "text" if isinstance(data.get("text"), str) else "ssml"
            value = data.get(name)
            spoken = _plain_ssml(value) if isinstance(value, str) and name == "ssml" else value
            if isinstance(spoken, str) and spoken.strip():
                place = at.child(name)
                text = self.reading.text(spoken, place) if spoken == value else _moved(self.reading, spoken, place)
                self.pieces.append(Piece("say", at, texts=[text], construct="voice"))
            elif data:
                _voice(self.reading, at)
        for name, path in (("playAudio", "audioUri"), ("mixedAudio", "segments")):
            if name not in members.data:
                continue
            data = members.object(name)
            place = members.at(name)
            found = [data] if name == "playAudio" else data.get(path)
            urls = [
                (url, place.child("audioUri") if name == "playAudio" else place.child(path, index, "uri"))
                for index, item in enumerate(found if isinstance(found, list) else ())
                if isinstance(item, dict)
                and isinstance(url := item.get("audioUri" if name == "playAudio" else "uri"), str)
                and url.split("?")[0].lower().startswith(("http://", "https://"))
            ]
            if urls:
                _voice(self.reading, place, "sent as an audio file")
                media = [
                    Media(MediaKind.AUDIO, url=Localized.of(self.reading.text(url, at)), at=at) for url, at in urls
                ]
                self.pieces += [Piece("say", place, media=[item]) for item in media]
            else:
                _voice(self.reading, place)
                self.facts.append((name, json_text(self.reading.safe(data, place))))

    def _marks(self) -> None:
        for name in ("conversationSuccess", "knowledgeInfoCard"):
            members = self.members
            if name not in members.data:
                continue
            members.keep(name)
            code = self.reading.find_once(
                SuccessMark,
                name,
                members.at(name),
                lambda count, name=name: f"{count} message(s) are `{name}`, which people do not see",  # type: ignore[misc]
            )
            self.reading.book.dropped(members.at(name), "people do not see it; kept as a fact", "", code)

    def _channel(self) -> None:
        """``channel`` says that the message is for one integration only, instead of those without a channel."""
        channel = channel_name(self.members.string("channel"))
        for piece in self.pieces if channel else ():
            if piece.kind in ("say", "whole") and not piece.channel:
                piece.channel, piece.origin, piece.instead = channel, self.place, True


def _plain_ssml(text: str) -> str:
    """What SSML says, without its tags."""
    plain = _TAGS.sub(" ", text)
    for entity, char in _ENTITIES.items():
        plain = plain.replace(entity, char)
    return " ".join(plain.split())


def _moved(reading: AgentReading, text: str, place: Place) -> Text:
    """Read a text whose characters do not stand one by one in the file: everything in it stands at ``place``."""
    return reading.moved_text(text, place, lambda start, end: place)
