"""The part of SARIF 2.1.0 that bascule writes, as a closed JSON Schema written from the specification's text.

Sections: 3.13 log, 3.14 run, 3.18 tool, 3.19 component, 3.20 invocation, 3.27 result, 3.28 location, 3.29 physical
location, 3.30 region, 3.35 suppression, 3.36 code flow, 3.49 reporting descriptor, 3.50 configuration.
https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from __future__ import annotations

from typing import Any

__all__ = ["SARIF"]

TEXT = {"type": "string", "minLength": 1}
NUMBER = {"type": "integer", "minimum": 1}
URI = {"type": "string", "pattern": r"^[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+$"}
LEVEL = {"enum": ["none", "note", "warning", "error"]}


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    """An object with these members only."""
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def many(item: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": least}


MESSAGE = closed(["text"], text=TEXT)
HELP = closed(["text"], text=TEXT, markdown=TEXT)
REGION = closed(
    ["startLine"],
    startLine=NUMBER,
    startColumn=NUMBER,
    endLine=NUMBER,
    endColumn=NUMBER,
    snippet=closed(["text"], text={"type": "string"}),
)
LOCATION = closed(
    [],
    id={"type": "integer", "minimum": 0},
    physicalLocation=closed(
        ["artifactLocation"],
        artifactLocation=closed(["uri"], uri=URI, uriBaseId={"const": "SRCROOT"}),
        region=REGION,
    ),
    logicalLocations=many(closed([], fullyQualifiedName=TEXT, kind={"const": "value"})),
    message=MESSAGE,
)
RULE = closed(
    ["id"],
    id=TEXT,
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=HELP,
    helpUri={**URI, "format": "uri"},
    defaultConfiguration=closed([], level=LEVEL),
    properties={"type": "object"},
)
RESULT = closed(
    ["message"],
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=MESSAGE,
    locations=many(LOCATION, 1),
    relatedLocations=many(LOCATION, 1),
    codeFlows=many(
        closed(
            ["threadFlows"],
            threadFlows=many(
                closed(
                    ["locations"],
                    locations=many(closed(["location"], location=LOCATION, properties={"type": "object"}), 1),
                ),
                1,
            ),
        ),
        1,
    ),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    fixes=many(
        closed(
            ["artifactChanges"],
            description=MESSAGE,
            artifactChanges=many(
                closed(
                    ["artifactLocation", "replacements"],
                    artifactLocation=closed(["uri"], uri=URI, uriBaseId={"const": "SRCROOT"}),
                    replacements=many(
                        closed(["deletedRegion"], deletedRegion=REGION, insertedContent=closed([], text=TEXT)), 1
                    ),
                ),
                1,
            ),
        ),
        1,
    ),
    suppressions=many(
        closed(
            ["kind"],
            kind={"enum": ["inSource", "external"]},
            status={"enum": ["accepted", "underReview", "rejected"]},
            justification=TEXT,
            location=LOCATION,
        ),
        1,
    ),
)
RUN = closed(
    ["tool"],
    tool=closed(
        ["driver"],
        driver=closed(["name"], name=TEXT, semanticVersion=TEXT, informationUri=URI, rules=many(RULE)),
    ),
    invocations=many(closed(["executionSuccessful"], executionSuccessful={"type": "boolean"})),
    originalUriBaseIds={"type": "object", "additionalProperties": closed([], description=MESSAGE)},
    language={"const": "en"},
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=many(RESULT),
)
SARIF = closed(
    ["version", "runs"],
    **{"$schema": {**URI, "format": "uri"}},
    version={"const": "2.1.0"},
    runs=many(RUN, 1),
)
