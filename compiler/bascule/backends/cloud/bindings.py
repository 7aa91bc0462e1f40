"""``bindings.json``: what each run-time variable is, which file says what, and where each answer leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bascule.ir.encode import encode_node
from bascule.ir.expr import Expression
from bascule.ir.expr_text import print_expression
from bascule.ir.project import Project
from bascule.whatsapp.plan import Plan, PlannedStep, PlannedTemplate

__all__ = ["bindings_data"]


def bindings_data(
    project: Project, plan: Plan, files: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]
) -> dict[str, Any]:
    """Everything a sending program needs beside the bodies.

    ``variables``: marker → expression, type and sample. ``templates``: name → slots, category and its
    evidence, origins. ``steps``: flow → node → delivery, files, template bindings, and ``routes``: how an
    answer is recognised (webhook ``interactive`` and ``button`` ids, titles, typed words) and its target.
    """
    return {
        "policy": plan.policy_date,
        "variables": _variables(project, plan),
        "templates": _templates(plan.templates),
        "steps": _steps(project, plan, files),
    }


def _variables(project: Project, plan: Plan) -> dict[str, Any]:
    found: dict[str, Expression] = {}
    samples: dict[str, str] = {}
    for template in plan.templates:
        for slot in template.slots:
            found.setdefault(slot.marker, slot.expression)
            samples.setdefault(slot.marker, slot.sample)
    for step in plan.steps:
        for _, messages in step.messages:
            for message in messages:
                for name, expression in message.variables:
                    found.setdefault(name, expression)
    result = {}
    for name in sorted(found):
        declared = project.variable.get(name)
        entry: dict[str, Any] = {"expression": print_expression(found[name])}
        if declared is not None:
            entry |= {
                key: value
                for key, value in (
                    ("type", declared.type),
                    ("scope", declared.scope),
                    ("description", declared.description),
                )
                if value
            }
        if name in samples:
            entry["sample"] = samples[name]
        result[name] = entry
    return result


def _templates(templates: Sequence[PlannedTemplate]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for template in templates:
        entry = result.setdefault(
            template.name,
            {
                "category": template.template.category.value if template.template.category else "",
                "category_reason": template.category_reason,
                "category_confidence": template.category_confidence,
                **({"category_risk": template.category_risk} if template.category_risk else {}),
                "category_evidence": [item.shown for item in template.category_evidence],
                "languages": {},
            },
        )
        entry["languages"][template.language] = {
            "slots": {
                slot.key: {"variable": slot.marker, "sample": slot.sample, "sample_from": slot.sample_how}
                for slot in template.slots
            },
            "origins": [
                {
                    "flow": origin.flow,
                    "node": origin.node,
                    "bindings": {key: print_expression(value) for key, value in origin.bindings},
                }
                for origin in template.origins
            ],
        }
    return result


def _steps(
    project: Project, plan: Plan, files: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for step in plan.steps:
        node = project.by_id[step.flow].by_id[step.node]
        entry: dict[str, Any] = {
            "delivery": step.delivery,
            "window": step.verdict,
            "files": [dict(item) for item in files.get((step.flow, step.node), ())],
        }
        uses = _uses(step)
        if uses:
            entry["templates"] = uses
        if step.routes:
            entry["routes"] = [
                {
                    "choice": route.choice,
                    "reply_ids": list(route.reply_ids),
                    "titles": list(route.titles),
                    "accepts": list(route.accepts),
                    "to": route.target,
                }
                for route in step.routes
            ]
        edges = encode_node(node).get("edges")
        if edges:
            entry["edges"] = edges
        result.setdefault(step.flow, {})[step.node] = entry
    return result


def _uses(step: PlannedStep) -> list[dict[str, Any]]:
    uses = []
    for language, sends in step.templates:
        for send in sends:
            use: dict[str, Any] = {"template": send.template, "language": language}
            if send.condition is not None:
                use["when"] = print_expression(send.condition)
            if send.bindings:
                use["bindings"] = {key: print_expression(value) for key, value in send.bindings}
            uses.append(use)
    return uses
