"""What is said about a phone cell: status, reason, how it was read, and the type of number.

The numbers of the enums index the tables of the evaluators and never reach a file; the texts do.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["COLUMNS", "How", "NumberType", "Reading", "Status", "Verdict", "pack_place", "unpack_place"]

COLUMNS = ("e164", "region", "type", "status", "reason", "how")
"""Names of the columns that normalising adds, without their prefix, in order."""


class Status(enum.Enum):
    """The coarse answer. Only ``VALID`` rows carry a number."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_A_NUMBER = "not_a_number"
    EMPTY = "empty"


class Verdict(enum.IntEnum):
    """Status and reason in one. ``UNDECIDED`` never leaves the package."""

    UNDECIDED = 0
    VALID = 1
    TWO_READINGS = 2
    EXTENSION_DROPPED = 3
    EXPONENT_RESTORED = 4
    TEXT_IGNORED = 5
    SEVERAL_NUMBERS = 6
    EMPTY = 7
    NO_DIGITS = 8
    LETTERS = 9
    TOO_FEW_DIGITS = 10
    UNREADABLE = 11
    TOO_MANY_CHARACTERS = 12
    DIGITS_LOST = 13
    NO_COUNTRY = 14
    REGION_UNKNOWN = 15
    UNKNOWN_COUNTRY_CODE = 16
    SHORT_CODE = 17
    TOO_SHORT = 18
    TOO_LONG = 19
    WRONG_LENGTH = 20
    LOCAL_ONLY = 21
    NOT_IN_PLAN = 22
    WA_ID_FORM = 23

    @property
    def status(self) -> Status:
        """The coarse answer."""
        if Verdict.VALID <= self <= Verdict.SEVERAL_NUMBERS:
            return Status.VALID
        if self is Verdict.EMPTY:
            return Status.EMPTY
        return Status.NOT_A_NUMBER if self <= Verdict.TOO_MANY_CHARACTERS else Status.INVALID

    @property
    def reason(self) -> str:
        """Why, or what to look at in a valid row; ``""`` where there is nothing to say."""
        return "" if self in (Verdict.VALID, Verdict.EMPTY) else self.name.lower()


class How(enum.IntEnum):
    """How the country was decided. The lower ones are sure, the last two are assumptions."""

    NONE = 0
    EXPLICIT_PLUS = 1
    IDD = 2
    OWN_CODE = 3
    NATIONAL_WITH_HINT = 4
    NATIONAL_WITH_DEFAULT = 5
    ASSUMED_IDD = 6
    ASSUMED_PLUS = 7

    @property
    def text(self) -> str:
        """The name in files; ``""`` for none."""
        return self.name.lower() if self else ""


class NumberType(enum.IntEnum):
    """libphonenumber's types of number, with its own numbers."""

    FIXED_LINE = 0
    MOBILE = 1
    FIXED_LINE_OR_MOBILE = 2
    TOLL_FREE = 3
    PREMIUM_RATE = 4
    SHARED_COST = 5
    VOIP = 6
    PERSONAL_NUMBER = 7
    PAGER = 8
    UAN = 9
    VOICEMAIL = 10


def pack_place(region: int, kind: int) -> int:
    """Region index and number type in one number above 0."""
    return region * 16 + kind + 1


def unpack_place(place: int) -> tuple[int, int]:
    """The inverse of :func:`pack_place`."""
    return place // 16, place % 16 - 1


@dataclass(frozen=True, slots=True)
class Reading:
    """What one number text means. ``place`` is region and type (:func:`pack_place`), 0 where not valid;
    ``e164`` is ``""`` there. ``others`` are further numbers that stood in the same cell."""

    verdict: Verdict
    how: How = How.NONE
    place: int = 0
    e164: str = ""
    others: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether there is a number."""
        return bool(self.e164)
