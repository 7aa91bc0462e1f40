"""Cases as conditions."""

from __future__ import annotations

from bascule.ir.expr import TESTS, Call, Const, Expression, Opaque
from bascule.language.rapidpro_expression import RAPIDPRO
from bascule.parsers.rapidpro.reading import number_of
from bascule.parsers.rapidpro.routers import Case
from bascule.parsers.rapidpro.scene import Scene
from bascule.parsers.rapidpro.translations import by_language
from bascule.source import Place

__all__ = ["condition_of"]

_NUMERIC = frozenset(name for name in TESTS if name.startswith("has_number_"))


def condition_of(scene: Scene, case: Case, subject: Expression | None) -> Expression:
    """The condition of a case. Where its arguments are translated, it depends on the contact's language."""
    if not case.known or subject is None:
        return Opaque(RAPIDPRO, case.source)
    if case.parts:
        inner = tuple(condition_of(scene, part, subject) for part in case.parts)
        return inner[0] if len(inner) == 1 else Call(case.test, inner)
    tests = {language: _test(scene, case, language, subject) for language in case.arguments}
    base = tests.pop(scene.locale)
    return by_language(base, list(tests.items()))


def _test(scene: Scene, case: Case, language: str, subject: Expression) -> Expression:
    words, places = case.arguments[language], case.places[language]
    if case.test == "has_group":
        return _in_group(scene, case, words, places, subject)
    arguments: list[Expression] = []
    for word, place in zip(words, places, strict=True):
        value = scene.reading.expression(word, place)
        if case.test in _NUMERIC and isinstance(value, Const):
            number = number_of(value.value)
            if number is not None:
                value = Const(int(number) if number == int(number) else number)
        arguments.append(value)
    return Call(case.test, (subject, *arguments))


def _in_group(
    scene: Scene, case: Case, words: tuple[str, ...], places: tuple[Place, ...], subject: Expression
) -> Expression:
    """``has_group`` with the group's name first, which is how the graph knows groups, and its uuid after it."""
    uuid = words[0] if words else ""
    name = words[1] if len(words) > 1 else scene.assets.groups.get(uuid, "")
    place = places[0] if places else case.place
    if name:
        scene.assets.use("group", name, place)
    first = scene.reading.expression(name or uuid, place)
    return Call("has_group", (subject, first, Const(uuid)) if name and uuid else (subject, first))
