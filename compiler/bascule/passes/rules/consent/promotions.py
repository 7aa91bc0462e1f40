"""Which templates surely promote: a text that may be marketing is no reason to speak of consent."""

from __future__ import annotations

from bascule.whatsapp.plan import PlannedTemplate
from bascule.whatsapp.templates import Category

__all__ = ["surely_promotes"]

_TELL_LITTLE = frozenset({
    "collection", "enticement", "feedback", "invitation", "key", "percentage", "survey", "welcome", "win_back",
})  # fmt: skip
"""Lists of words that texts about something else have as well: "our new number", "We'll miss you"."""

_DECIDE = frozenset({"cart"})
"""Lists of words that promote whatever else a text says: Meta names abandoned carts as marketing.
https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-categorization"""


def surely_promotes(planned: PlannedTemplate) -> bool:
    """The file calls the template marketing, or its words do: two of them, or one that hardly says anything else.

    Beside words of a service ("your order is ready") one word is not enough.
    """
    if planned.template.category is not Category.MARKETING or planned.category_confidence != "strong":
        return False
    found = planned.category_evidence
    if any(word.where == "hint" and word.category == Category.MARKETING.value for word in found):
        return True
    words = [word for word in found if word.category == Category.MARKETING.value]
    if any(word.list in _DECIDE for word in words):
        return True
    served = any(word.category == Category.UTILITY.value and word.where != "key" for word in found)
    return len(words) > 1 or (not served and any(word.list not in _TELL_LITTLE for word in words))
