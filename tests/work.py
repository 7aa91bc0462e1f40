"""Work as a number that does not depend on the machine: lines of Python that a call runs.

Tests of growth compare these counts instead of seconds. Loops inside C functions do not count.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

__all__ = ["lines_run"]


def lines_run(function: Callable[[], Any]) -> int:
    """How many lines run while ``function`` does, in everything it calls."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if event == "line":
            count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return count
