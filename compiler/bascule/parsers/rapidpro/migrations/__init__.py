"""Flow definitions of any version 13 or 14 brought into the newest shape, step by step.

Every step is a function from a flow to a flow, registered with the version it leads to, and knows nothing of
the others; the reader after them sees one shape only. The steps are those of RapidPro's own engine, judged by its
before-and-after files; where bascule departs from the engine, the step says so and why.

A reader of older files (versions 2 to 12) joins here: a step to ``13.0.0`` that takes their shape, and the refusal in
:func:`bascule.parsers.rapidpro.shapes.legacy_version` goes.
"""

from bascule.parsers.rapidpro.migrations import early, v13, v14
from bascule.parsers.rapidpro.migrations.base import NEWEST, Migrated, Step, migrate, steps, version_of

__all__ = ["NEWEST", "Migrated", "Step", "early", "migrate", "steps", "v13", "v14", "version_of"]
