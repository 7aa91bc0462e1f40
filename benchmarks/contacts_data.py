"""Phone cells for the benchmarks: messy ones as contact lists hold them, and adversarial ones over all regions.

Numbers are drawn from libphonenumber's own patterns, so they are as good as real ones and nobody's in particular. The
same seed gives the same cells for the same metadata.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bascule.contacts.phones.metadata import NON_GEOGRAPHIC, NumberPlan, read_plans
from bascule.contacts.phones.pattern import Alternation, Digit, End, Group, Node, Repeat, Sequence, parse_pattern
from bascule.contacts.phones.vocabulary import NumberType

__all__ = ["Cell", "adversarial", "messy", "sample", "write_contacts"]

Cell = tuple[str, str]
"""A phone cell and its region cell."""

Draw = Callable[[random.Random], str]

# Rough shares of messaging users; the tail of small countries keeps every kind of plan in the mix.
WEIGHTS = {
    "IN": 14, "BR": 11, "ID": 7, "US": 6, "MX": 5, "FR": 5, "RU": 4, "DE": 3.5, "IT": 3.2, "ES": 3, "GB": 3, "TR": 3,
    "MA": 2.5, "NG": 2.5, "PK": 2.5, "AR": 2.5, "CI": 2, "SN": 2, "CO": 2, "EG": 2, "SA": 2, "ZA": 2, "UA": 1.8,
    "PL": 1.5, "PH": 1.5, "MY": 1.5, "DZ": 1.5, "CM": 1.2, "TN": 1.2, "BD": 1.5, "VN": 1.2, "TH": 1.2, "PE": 1.2,
    "CL": 1.2, "AE": 1.2, "BE": 1, "CA": 1, "NL": 1, "KE": 1, "PT": 0.8, "EC": 0.8, "KZ": 0.8, "RO": 0.8, "GH": 0.8,
    "JP": 0.8, "CN": 0.7, "KR": 0.6, "CH": 0.6, "AU": 0.7, "AT": 0.5, "SE": 0.5, "BF": 0.5, "ML": 0.5, "TG": 0.4,
    "BJ": 0.4, "GA": 0.2, "CD": 0.5, "MG": 0.3, "RE": 0.2, "GP": 0.1, "MU": 0.2, "JM": 0.2, "DO": 0.5, "TT": 0.1,
    "SM": 0.02, "GG": 0.05, "VA": 0.01,
}  # fmt: skip

_KINDS = (
    (NumberType.MOBILE, 80.0),
    (NumberType.FIXED_LINE, 17.0),
    (NumberType.TOLL_FREE, 1.0),
    (NumberType.VOIP, 1.0),
    (NumberType.PREMIUM_RATE, 0.5),
    (NumberType.UAN, 0.5),
)
_FULL_WIDTH = str.maketrans("0123456789+", "０１２３４５６７８９＋")
_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def _drawer(node: Node) -> Draw:
    match node:
        case Digit(mask):
            digits = [str(digit) for digit in range(10) if mask >> digit & 1]
            return lambda rng: rng.choice(digits)
        case Sequence(items):
            parts = [_drawer(item) for item in items]
            return lambda rng: "".join(part(rng) for part in parts)
        case Alternation(options):
            choices = [_drawer(option) for option in options]
            return lambda rng: rng.choice(choices)(rng)
        case Repeat(item, least, most):
            one = _drawer(item)
            return lambda rng: "".join(one(rng) for _ in range(rng.randint(least, most)))
        case Group(item, _):
            return _drawer(item)
        case End():
            return lambda rng: ""


_drawers: dict[str, Draw] = {}


def sample(pattern: str, rng: random.Random) -> str:
    """A text that the metadata pattern matches."""
    drawer = _drawers.get(pattern)
    if drawer is None:
        drawer = _drawers[pattern] = _drawer(parse_pattern(pattern))
    return drawer(rng)


def _plans() -> dict[str, NumberPlan]:
    return {plan.region: plan for plans in read_plans().values() for plan in plans if plan.region != NON_GEOGRAPHIC}


@dataclass(frozen=True, slots=True)
class _Country:
    region: str
    code: str
    trunk: str
    patterns: tuple[tuple[str, frozenset[int]], ...]
    weights: tuple[float, ...]

    def number(self, rng: random.Random) -> str:
        for _ in range(20):
            ((pattern, lengths),) = rng.choices(self.patterns, self.weights)
            text = sample(pattern, rng)
            if not lengths or len(text) in lengths:
                return text
        return text


def _country(plan: NumberPlan) -> _Country:
    kinds = [(ranges, weight) for kind, weight in _KINDS if (ranges := plan.of_type(kind))]
    prefix = plan.national_prefix or ""
    trunk = "0" if "0" in prefix[:2] else prefix if prefix.isdigit() and len(prefix) == 1 else ""
    return _Country(
        plan.region,
        str(plan.calling_code),
        trunk,
        tuple((ranges.pattern, ranges.lengths) for ranges, _ in kinds),
        tuple(weight for _, weight in kinds),
    )


def _grouped(text: str, separator: str, rng: random.Random) -> str:
    pieces = []
    at = 0
    while at < len(text):
        size = rng.choice((2, 3, 3, 4))
        pieces.append(text[at : at + size])
        at += size
    return separator.join(pieces)


def _spelled(country: _Country, number: str, rng: random.Random) -> Cell:
    """One number as people and programs write it."""
    code, trunk = country.code, country.trunk
    hint = country.region if rng.random() < 0.72 else ""
    separator = rng.choice((" ", " ", "-", ".", "\u00a0")) if rng.random() < 0.97 else rng.choice(("\u2011", "/"))
    share = rng.random() * 100
    for limit, spelled in (
        (36, lambda: f"+{code}{number}"),
        (50, lambda: f"+{code} {_grouped(number, separator, rng)}"),
        (55, lambda: f"+{code} ({number[:3]}) {_grouped(number[3:], separator, rng)}"),
        (58, lambda: f"+{code} ({trunk or '0'}){_grouped(number, ' ', rng)}"),
        (66, lambda: f"00{code}{number}"),
        (74, lambda: f"{code}{number}"),
    ):
        if share < limit:
            return spelled(), hint
    national = country.region
    rest: tuple[tuple[float, Callable[[], str], str], ...] = (
        (84, lambda: trunk + _grouped(number, separator, rng), national),
        (88, lambda: number, national),
        (90, lambda: f"'+{code}{number}", hint),
        (92, lambda: f"{code}{number}.0", hint),
        (92.5, lambda: f"{int(code + number):.5E}", hint),
        (93, lambda: f"{code[0]}.{(code + number)[1:]}E+{len(code + number) - 1}", hint),
        (94, lambda: f"+{code}{number}".translate(_FULL_WIDTH), hint),
        (94.2, lambda: f"+{code}{number.translate(_ARABIC)}", hint),
        (94.5, lambda: f"+{code}{_grouped(number, ' ', rng)}{rng.choice(_EXTENSIONS)}", hint),
        (95.7, lambda: f"{rng.choice(_LABELS)}+{code}{number}", hint),
        (96.2, lambda: f"\u202a+{code} {_grouped(number, ' ', rng)}\u202c", hint),
        (97, lambda: f" +{code}{number} ", hint),
        (97.3, lambda: f"+{code}{number} / +{code}{country.number(rng)}", hint),
        (98, lambda: f"++{code}{number}", hint),
        (98.5, lambda: f"+0{number}", hint),
    )
    for limit, spelled, region in rest:
        if share < limit:
            return spelled(), region
    return f"({trunk}{number[:3]}){number[3:]}", national


_EXTENSIONS = (" ext 12", " x204", " ext. 7", ";ext=33", " доб. 12", " poste 5")
_LABELS = ("Tel: ", "tel:", "mob. ", "WhatsApp ", "Tél. ", "тел. ")
_WORDS = ("n/a", "MYBRAND", "INFO24", "Shop4You", "Google", "AUTHMSG", "-", "aucun", "1-800-FLOWERS")


def _bad(country: _Country, number: str, rng: random.Random) -> Cell:
    code = country.code
    hint = country.region if rng.random() < 0.72 else ""
    kind = rng.randrange(8)
    if kind == 0:
        return f"+{code}{number[: -rng.randint(2, 5)]}", hint
    if kind == 1:
        return f"+{code}{number}{rng.randrange(1000)}", hint
    if kind == 2:
        return rng.choice(_WORDS), hint
    if kind == 3:
        return str(rng.randrange(1000, 99999)), hint
    return (f"+{code}0000000", f"+999{number}", "", "0000000000")[kind - 4], hint


def messy(rows: int, seed: int) -> Iterator[Cell]:
    """Cells as contact lists hold them: repeated numbers, 5 % useless ones, a region in most rows."""
    rng = random.Random(seed)
    plans = _plans()
    countries = [_country(plans[region]) for region in WEIGHTS]
    weights = list(WEIGHTS.values())
    pool: list[tuple[_Country, str]] = []
    for country in rng.choices(countries, weights, k=rows):
        share = rng.random()
        if share < 0.12 and pool:
            known, number = pool[rng.randrange(len(pool))]
            yield _spelled(known, number, rng)
            continue
        number = country.number(rng)
        if len(pool) < 100_000:
            pool.append((country, number))
        yield _bad(country, number, rng) if share < 0.17 else _spelled(country, number, rng)


def adversarial(rows: int, seed: int) -> Iterator[Cell]:
    """Cells over all regions that try every rule: wrong regions, real prefixes, changed digits, odd signs."""
    rng = random.Random(seed)
    plans = list(_plans().values())
    regions = [plan.region for plan in plans]
    for _ in range(rows):
        plan = rng.choice(plans)
        number = _damaged(sample(rng.choice(plan.types)[1].pattern, rng), rng)
        text = _littered(_prefix(plan, rng) + number, rng)
        region = rng.choice((plan.region, plan.region, plan.region, "", rng.choice(regions), rng.choice(regions)))
        yield text, rng.choice((region, region, region.lower(), "ZZ")) if rng.random() < 0.05 else region


def _damaged(number: str, rng: random.Random) -> str:
    share = rng.random()
    at = rng.randrange(len(number))
    if share < 0.15:
        return number[:-1]
    if share < 0.25:
        return number + rng.choice(string.digits)
    if share < 0.35:
        return number[:at] + rng.choice(string.digits) + number[at + 1 :]
    if share < 0.40:
        return number[rng.randrange(1, 5) :]
    if share < 0.44:
        return "".join(rng.choice(string.digits) for _ in range(rng.randrange(1, 19)))
    return number


def _prefix(plan: NumberPlan, rng: random.Random) -> str:
    code = str(plan.calling_code)
    trunk = sample(plan.national_prefix, rng) if plan.national_prefix else "0"
    idd = sample(plan.international_prefix, rng) if plan.international_prefix else "00"
    other = rng.choice(("+800", "+808", "+870", "+878", "+881", "+882", "+883", "+888", "+979", "+1", "+7", "+44"))
    share = rng.random()
    for limit, prefix in (
        (0.22, "+" + code),
        (0.30, "+" + code + trunk),
        (0.40, idd + code),
        (0.46, "00" + code),
        (0.54, code),
        (0.60, code + trunk),
        (0.70, "0"),
        (0.82, trunk),
        (0.86, "+" + trunk),
        (0.88, "+" + idd + code),
        (0.90, other),
    ):
        if share < limit:
            return prefix
    return ""


_BEFORE = (
    "'", " ", "(", "\u202a", "Tel ", "#", "*", ",", "-", '="', "wa.me/", "whatsapp:", "м. ", "00", "A1 ", "''", "`",
    "+", "+ ", "(+", "++", "tel:", "Tél. ", "/", "[", " - ", "’", '"', "=", "0", "\u00a0", "\u3000", "\ufeff", "\u200f",
)  # fmt: skip
_WITHIN = (
    " ", "-", ".", "/", " (", ") ", "\u00a0", "\u2011", "~", "[", "\u200b", "\u2060", "  ", "\t", " - ", "\u3000",
)  # fmt: skip
_ODD = (
    "+", "*", "#", ",", ";", "x", "a", "ABC", "０", "＋", "٣", "७", "\u200f", "_", "e", " ou ", "É", "٫", "²", "'", ":",
)  # fmt: skip
_AFTER = (
    " ", ")", ".", "-", "#", "*", ",", "x1", " ext 5", "\u202c", "abc", ".0", ".00", ",0", "e", "E5", "E+9", "/2", '"',
    " poste 3", ";ext=7", ";isub=1", ";phone-context=+33", "@c.us", " / 0612345678", ";+33612345678", "\u00a0", "\n",
    "+", "=", "x/x3", ".٠", "٠", "0", "00", "\u3000", "\u2028", "\x85", "\x1f", "\u200f", "\u200b", " .0", ". 0",
    "E+10", ",000", "'000", "  ", "/",
)  # fmt: skip


def _littered(text: str, rng: random.Random) -> str:
    """Signs in front, inside and behind: mostly one, now and then several in a row."""
    places = ((0.30, 2, _WITHIN, 1), (0.06, 3, _BEFORE, 0), (0.06, 3, _AFTER, 2), (0.02, 1, _ODD, 1))
    for chance, most, signs, where in places:
        if rng.random() < chance and len(text) > 3:
            for _ in range(rng.randint(1, most)):
                at = rng.randrange(1, len(text)) if where == 1 else 0 if where == 0 else len(text)
                text = text[:at] + rng.choice(signs) + text[at:]
    return text


_FIRST = [
    "Awa",
    "Ivan",
    "João",
    "Fatima",
    "Priya",
    "Omar",
    "Olga",
    "Kofi",
    "José",
    "Léna",
    "Paul",
    "Chidi",
    "Aïcha",
    "Moussa",
    "Inès",
]
_LAST = [
    "Diop",
    "O'Neil",
    "García",
    "Müller",
    "Ivanov",
    "Silva",
    "Khan",
    "Nguyen",
    "Traoré",
    "Rossi",
    "Kowalski",
    "Benali",
    "Santos",
    "Kouassi",
]


def write_contacts(path: str, rows: int, seed: int) -> None:
    """A CSV contact list of messy cells, with eight further columns."""
    rng = random.Random(seed)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("id,name,phone,country,source,opt_in,opt_in_at,email,note\n")
        for number, (phone, region) in enumerate(messy(rows, seed)):
            if "," in phone or '"' in phone:
                phone = '"' + phone.replace('"', '""') + '"'
            name = f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"
            source = ("twilio", "vonage", "plivo", "viber")[number % 4]
            consent = rng.choice(("true", "false", ""))
            when = f"2025-0{1 + number % 9}-1{number % 10}T0{number % 10}:1{number % 10}:00Z"
            mail = f"u{number % 7919}.{number}@example.com"
            key = seed * 10_000_000 + number
            file.write(f"{key},{name},{phone},{region},{source},{consent},{when},{mail},{rng.getrandbits(48):012x}\n")
