"""The catalogue of Landbot's draft: block types, templates, outputs, formula functions, as data.

The live catalogue is served to account holders only; what stands here is what public text names
(https://github.com/landbot-org/landbot-ai-skills, https://help.landbot.io, https://dev.landbot.io).
"""

from __future__ import annotations

from bascule.ir.nodes import ReplyKind

__all__ = [
    "ASKS",
    "BLOCKS",
    "FAILED",
    "FUNCTIONS",
    "HEADS",
    "HIDDEN",
    "LABELS",
    "LIKE_ASKS",
    "LIMITS",
    "LOOK",
    "OPERATORS",
    "SUCCESS",
    "TEMPLATES",
    "YES_NO",
]

ASKS = {
    "ask_question": ReplyKind.TEXT,
    "ask_email": ReplyKind.EMAIL,
    "ask_phone": ReplyKind.PHONE,
    "ask_number": ReplyKind.NUMBER,
    "ask_date": ReplyKind.DATE,
    "ask_url": ReplyKind.TEXT,
}
"""Questions and what they take."""

LIKE_ASKS = {
    "ask_file": ReplyKind.FILE,
    "ask_image": ReplyKind.IMAGE,
    "ask_location": ReplyKind.LOCATION,
    "ask_time": ReplyKind.TIME,
}
"""Questions that are not in public text, read by their names."""

BLOCKS = frozenset(ASKS) | frozenset(
    {
        *("send_text", "ask_yes_no", "buttons", "set_a_field", "conditions", "formulas", "webhook", "ai_agent"),
        *("human_takeover", "code"),
    }
)
"""Block types that public text names."""

TEMPLATES = {"var_text": "ask_question", "chat": "chat"}
"""Internal templates of the stored diagram, and the block types they stand for."""

HIDDEN = "hidden"
"""Id and template of the point where the bot starts."""

HEADS = ("welcome", "bot_start")
"""Ids of the first block: ``welcome`` on web bots, ``bot_start`` on messaging channels."""

SUCCESS = frozenset({"success", "next", "done", "ok"})
FAILED = frozenset({"failed", "fail", "failure", "error"})
"""Names of outputs, without their ``$``."""

YES_NO = (("yes", "Yes"), ("no", "No"))
"""Outputs of ``ask_yes_no`` and the words of their buttons when the draft does not say them."""

LABELS = ("text", "title", "label", "name", "content")
"""Members that may hold the words of a button."""

LOOK = ("showDatePicker", "pickerFormat", "placeholder", "inputType", "buttonsLayout", "version", "typing", "delay")
"""Params that say how a web chat looks."""

LIMITS = {"minChars": "", "maxChars": "max_length", "minValue": "minimum", "maxValue": "maximum"}
LIMITS |= {"min": "minimum", "max": "maximum"}
"""Params that bound an answer, and the bound of the graph (``""``: the graph has none)."""

OPERATORS = {
    "equal": "eq", "equals": "eq", "equalto": "eq", "isequal": "eq", "is": "eq", "eq": "eq", "=": "eq", "==": "eq",
    "notequal": "ne", "notequals": "ne", "doesnotequal": "ne", "doesnotequalto": "ne", "notequalto": "ne",
    "isnot": "ne", "ne": "ne", "neq": "ne", "!=": "ne", "contains": "contains", "contain": "contains", "greater": "gt",
    "greaterthan": "gt", "isgreater": "gt", "gt": "gt", ">": "gt", "less": "lt", "lessthan": "lt", "isless": "lt",
    "lt": "lt", "<": "lt", "gte": "ge", ">=": "ge", "greaterorequal": "ge", "lte": "le", "<=": "le",
    "lessorequal": "le", "isset": "set", "set": "set", "exists": "set", "isnotset": "blank", "notset": "blank",
    "isempty": "blank", "notcontains": "lacks", "doesnotcontain": "lacks",
}  # fmt: skip
"""Operators of conditions by their letters alone. ``set``, ``blank`` and ``lacks`` are spelled with ``not``."""

FUNCTIONS = {
    "concat": "concat", "isequal": "eq", "isnotequal": "ne", "isgreater": "gt", "isless": "lt",
    "isgreaterorequal": "ge", "islessorequal": "le", "and": "and", "or": "or", "not": "not", "if": "if",
    "tofloat": "number", "tointeger": "number",
    "tonumber": "number", "tostring": "text", "round": "round", "abs": "abs", "min": "min", "max": "max", "sum": "add",
    "add": "add", "sub": "sub", "subtract": "sub", "multiply": "mul", "mul": "mul", "divide": "div", "div": "div",
    "upper": "upper", "lower": "lower", "length": "length", "len": "length", "trim": "trim", "split": "split",
    "join": "join", "replace": "replace", "contains": "contains", "startswith": "starts_with", "endswith": "ends_with",
    "now": "now", "today": "today", "isempty": "is_blank",
}  # fmt: skip
"""Formula functions by their lower-case names. Others keep their own."""
