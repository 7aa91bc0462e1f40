"""libphonenumber's metadata as plain values, read from the ``phonenumbers`` package. Lengths are in digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bascule.contacts.phones.vocabulary import NumberType

if TYPE_CHECKING:
    from phonenumbers import PhoneMetadata, PhoneNumberDesc

__all__ = ["NON_GEOGRAPHIC", "NumberPlan", "Ranges", "metadata_version", "read_plans"]

NON_GEOGRAPHIC = "001"
"""libphonenumber's region for calling codes that belong to no country."""

_DESCRIPTIONS = (
    ("premium_rate", NumberType.PREMIUM_RATE),
    ("toll_free", NumberType.TOLL_FREE),
    ("shared_cost", NumberType.SHARED_COST),
    ("voip", NumberType.VOIP),
    ("personal_number", NumberType.PERSONAL_NUMBER),
    ("pager", NumberType.PAGER),
    ("uan", NumberType.UAN),
    ("voicemail", NumberType.VOICEMAIL),
    ("fixed_line", NumberType.FIXED_LINE),
    ("mobile", NumberType.MOBILE),
)


@dataclass(frozen=True, slots=True)
class Ranges:
    """Numbers of one type: a pattern, and the lengths it may have (none = those of the plan)."""

    pattern: str
    lengths: frozenset[int]


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """One region's plan. ``types`` stand in the order in which libphonenumber asks."""

    region: str
    calling_code: int
    general: Ranges
    local_lengths: frozenset[int]
    types: tuple[tuple[NumberType, Ranges], ...]
    leading_digits: str | None
    international_prefix: str | None
    national_prefix: str | None
    transform: str | None
    same_mobile_and_fixed: bool

    def of_type(self, kind: NumberType) -> Ranges | None:
        """The numbers of a type, if the plan has any."""
        return next((ranges for known, ranges in self.types if known is kind), None)


def metadata_version() -> str:
    """The version of the installed metadata."""
    import phonenumbers

    return str(phonenumbers.__version__)


def read_plans() -> dict[int, tuple[NumberPlan, ...]]:
    """All plans by calling code; the first of a code is its main region."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    plans: dict[int, tuple[NumberPlan, ...]] = {}
    for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
        found = []
        for region in regions:
            if region == NON_GEOGRAPHIC:
                metadata = PhoneMetadata.metadata_for_nongeo_region(code, None)
            else:
                metadata = PhoneMetadata.metadata_for_region(region, None)
            if metadata is not None:
                found.append(_plan(region, code, metadata))
        plans[code] = tuple(found)
    return plans


def _plan(region: str, code: int, metadata: PhoneMetadata) -> NumberPlan:
    general = metadata.general_desc
    types = []
    for name, kind in _DESCRIPTIONS:
        ranges = _ranges(getattr(metadata, name))
        if ranges is not None:
            types.append((kind, ranges))
    return NumberPlan(
        region,
        code,
        _ranges(general) or Ranges("", frozenset()),
        frozenset(general.possible_length_local_only if general else ()),
        tuple(types),
        metadata.leading_digits,
        metadata.international_prefix or None,
        metadata.national_prefix_for_parsing or None,
        metadata.national_prefix_transform_rule or None,
        bool(metadata.same_mobile_and_fixed_line_pattern),
    )


def _ranges(description: PhoneNumberDesc | None) -> Ranges | None:
    if description is None or not description.national_number_pattern:
        return None
    return Ranges(description.national_number_pattern, frozenset(description.possible_length))
