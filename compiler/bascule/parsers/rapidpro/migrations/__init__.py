"""Flow definitions of any version brought into the newest shape, step by step.

Every step is a function from a flow to a flow, registered with the version it leads to, and knows nothing of
the others; the reader after them sees one shape only. Steps up to 12 keep the older shape (action sets and rule sets),
13.0 turns it into nodes. The steps are those of RapidPro's own platform and engine, judged by the engine's
before-and-after files; where bascule departs from them, the step says so and why.
"""

from bascule.parsers.rapidpro.migrations import early, v3_to_7, v8_to_10, v11, v13, v14
from bascule.parsers.rapidpro.migrations.base import (
    NEWEST,
    Migrated,
    Step,
    Version,
    migrate,
    parse_version,
    steps,
    unchanged_versions,
    version_of,
)

__all__ = [
    "NEWEST",
    "Migrated",
    "Step",
    "Version",
    "early",
    "migrate",
    "parse_version",
    "steps",
    "unchanged_versions",
    "v3_to_7",
    "v8_to_10",
    "v11",
    "v13",
    "v14",
    "version_of",
]
