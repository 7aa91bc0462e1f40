"""Which shape a file has: lists of templates of several providers, creation bodies, send bodies."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from bascule.source import join_pointer
from bascule.whatsapp.messages.read import CONTENT_KINDS
from bascule.whatsapp.policy import load_policy
from bascule.whatsapp.templates import Category, TemplateStatus
from bascule.whatsapp.templates.components import Component

__all__ = ["Dialect", "Found", "Item", "find_items", "leaves", "near_miss"]


class Dialect(enum.Enum):
    """Who wrote an item, and so what its members are called."""

    META = "meta"
    DIALOG360 = "360dialog"
    TWILIO = "twilio"
    INFOBIP = "infobip"
    GUPSHUP = "gupshup"
    BIRD = "bird"
    BIRD_PROJECT = "bird project"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class Item:
    """One template, or one body that is sent. ``key`` is its name in a map of bodies."""

    value: dict[str, Any]
    pointer: str
    dialect: Dialect
    key: str = ""


@dataclass(slots=True)
class Found:
    """The items of a file. ``strays`` are pointers of list items that are none, ``beside`` the members next to the
    list (paging, counts) by their pointers. ``page`` is the pointer of the last page, where the file is a list of them.
    """

    shape: str
    items: list[Item] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    beside: list[tuple[str, Any]] = field(default_factory=list)
    page: str = ""


# The member that holds the list: https://developers.facebook.com/docs/graph-api (`data`), Twilio's Content API
# (`contents`), Infobip and Gupshup (`templates`), 360dialog (`waba_templates`), Bird (`results`).
_WRAPPERS = ("data", "waba_templates", "contents", "templates", "messages", "results")
# What holds one template in a list: an item of n8n, a request of a provider that is built on Meta's.
_HOLDERS = ("template", "json")
_TEXT_MEMBERS = frozenset({"text", "body", "content", "message", "template", "sms"})


@cache
def _categories() -> frozenset[str]:
    return frozenset(Category.__members__) | frozenset(load_policy().table("category.legacy"))


def _dialect(value: Any, keyed: bool = False) -> Dialect | None:
    """The dialect of one item; ``keyed``: a map gives it its name."""
    if not isinstance(value, dict):
        return None
    if value.get("messaging_product") == "whatsapp":
        named = "type" in value or "status" in value or any(kind in value for kind in CONTENT_KINDS)
        return Dialect.SEND if named else None
    types = value.get("types")
    if isinstance(types, dict) and any(name.startswith(("twilio/", "whatsapp/")) for name in types):
        return Dialect.TWILIO
    if isinstance(value.get("structure"), dict) and isinstance(value.get("name"), str) and "language" in value:
        return Dialect.INFOBIP
    if _is_bird(value):
        return Dialect.BIRD
    if value.get("type") == "channelTemplate" and isinstance(value.get("name"), str) and value["name"]:
        return Dialect.BIRD_PROJECT
    if isinstance(value.get("elementName"), str):
        return Dialect.GUPSHUP
    return Dialect.META if _is_meta(value, keyed) else None


def _is_bird(value: dict[str, Any]) -> bool:
    contents = [item for name in ("platformContent", "genericContent") for item in _list_of(value.get(name))]
    if any(isinstance(item, dict) and isinstance(item.get("blocks"), list) for item in contents):
        return True
    return "defaultLocale" in value and "platformContent" in value and ("deployments" in value or "projectId" in value)


def _list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_meta(value: dict[str, Any], keyed: bool) -> bool:
    if isinstance(value.get("language"), dict):
        return False  # the `template` part of a body that is sent
    named = keyed or isinstance(value.get("name"), str)
    components = value.get("components")
    if isinstance(components, list):
        known = any(_is_component(item) for item in components)
        return (known and (named or "language" in value)) or (not components and named and _has_category(value))
    if isinstance(value.get("library_template_name"), str):
        return named
    # A listing whose `fields` left the components out.
    status = value.get("status")
    listed = isinstance(status, str) and status.upper() in TemplateStatus.__members__
    return listed and named and _has_category(value) and not _TEXT_MEMBERS & value.keys()


def _has_category(value: dict[str, Any]) -> bool:
    category = value.get("category")
    return isinstance(category, str) and category.upper() in _categories() and isinstance(value.get("language"), str)


def _is_component(item: Any) -> bool:
    if not isinstance(item, dict) or not isinstance(item.get("type"), str) or "parameters" in item:
        return False
    return item["type"].upper() in Component.VARIANTS


def find_items(value: Any) -> Found:
    """The templates and send bodies of a JSON value, in the file's order."""
    if isinstance(value, list):
        return _listed("list", value, "")
    if not isinstance(value, dict):
        return Found("nothing")
    dialect = _dialect(value)
    if dialect is not None:
        return Found("send body" if dialect is Dialect.SEND else "template", [Item(value, "", dialect)])
    for name in _WRAPPERS:
        inner = value.get(name)
        if isinstance(inner, list):
            found = _listed(f"list in `{name}`", inner, join_pointer("", name))
            if found.items:
                if name == "waba_templates":
                    found.items = [_as(item, Dialect.DIALOG360) for item in found.items]
                _beside(found, value, "", name)
                return found
    return _map(value)


def _as(item: Item, dialect: Dialect) -> Item:
    return Item(item.value, item.pointer, dialect, item.key) if item.dialect is Dialect.META else item


def _listed(shape: str, items: list[Any], base: str, pages: bool = True) -> Found:
    """The items of a list. An item may be a page (the list once more, with its paging), or hold the template."""
    found = Found(shape)
    for index, item in enumerate(items):
        pointer = join_pointer(base, index)
        dialect = _dialect(item)
        if dialect is not None:
            found.items.append(Item(item, pointer, dialect))
        elif not isinstance(item, dict) or not (_held(found, item, pointer) or (pages and _page(found, item, pointer))):
            found.strays.append(pointer)
    return found


def _held(found: Found, value: dict[str, Any], pointer: str) -> bool:
    """Take the template that a member of an item holds."""
    for name in _HOLDERS:
        dialect = _dialect(value.get(name))
        if dialect is not None:
            found.items.append(Item(value[name], join_pointer(pointer, name), dialect))
            _beside(found, value, pointer, name)
            return True
    return False


def _page(found: Found, value: dict[str, Any], pointer: str) -> bool:
    """Take the items of one page: several answers of an interface, saved as a list."""
    for name in _WRAPPERS:
        inner = value.get(name)
        page = _listed("page", inner, join_pointer(pointer, name), pages=False) if isinstance(inner, list) else None
        if page is not None and page.items:
            found.shape, found.page = "list of pages", pointer
            found.items += page.items
            found.strays += page.strays
            found.beside += page.beside
            _beside(found, value, pointer, name)
            return True
    return False


def _beside(found: Found, value: dict[str, Any], pointer: str, taken: str) -> None:
    found.beside += [(join_pointer(pointer, key), item) for key, item in value.items() if key != taken]


def _map(value: dict[str, Any]) -> Found:
    """Bodies by name; a name may have a list of them, one for each language."""
    found = Found("map of bodies")
    for key, inner in value.items():
        pointer = join_pointer("", key)
        if isinstance(inner, list) and inner:
            for index, item in enumerate(inner):
                _keyed(found, key, item, join_pointer(pointer, index))
        else:
            _keyed(found, key, inner, pointer)
    return found


def _keyed(found: Found, key: str, item: Any, pointer: str) -> None:
    dialect = _dialect(item, keyed=True)
    if dialect is None:
        found.strays.append(pointer)
    else:
        found.items.append(Item(item, pointer, dialect, key))


def near_miss(value: Any) -> str:
    """Why a file that looks like templates or messages of WhatsApp is not read as such; ``""`` for other files."""
    if not isinstance(value, dict):
        return next((reason for item in value[:3] if (reason := _near_item(item))), "") if _list(value) else ""
    info = value.get("info")
    if isinstance(info, dict) and "_postman_id" in info and "whatsapp" in str(info.get("name", "")).casefold():
        return "it is a Postman collection: save the bodies of its requests as JSON"
    if value.get("object") == "whatsapp_business_account":
        return "it is a webhook of WhatsApp: what came in, not what is sent"
    if value.get("data") == [] and "paging" in value:
        return "it is an empty answer of the Graph API: there is no template in it"
    if isinstance(value.get("platformContent"), list) or isinstance(value.get("genericContent"), list):
        return "it is a template of Bird without the `blocks` of its languages"
    return _near_item(value)


def _list(value: Any) -> bool:
    return isinstance(value, list)


def _near_item(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    components = value.get("components")
    if isinstance(value.get("language"), dict) and isinstance(components, list) and "name" in value:
        return "it is the `template` of a send body without the rest: add `messaging_product` and `type`"
    if isinstance(components, list) and any(_is_component(item) for item in components):
        return "it has `components` of a template, but neither `name` nor `language`"
    if "messaging_product" in value:
        return "it has `messaging_product`, but names no content to send"
    if "friendly_name" in value and "approval_fetch" in str(value.get("links", "")):
        return "it is a Content record of Twilio without its `types`"
    return ""


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Pointers and values of all scalars and empty containers, in the file's order. Iterative."""
    stack: list[tuple[str, Any]] = [(pointer, value)]
    while stack:
        at, item = stack.pop()
        if isinstance(item, dict) and item:
            stack.extend((join_pointer(at, name), inner) for name, inner in reversed(item.items()))
        elif isinstance(item, list) and item:
            stack.extend((join_pointer(at, index), inner) for index, inner in reversed(list(enumerate(item))))
        else:
            yield at, item
