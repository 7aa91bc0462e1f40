"""What the expressions, conditions and texts of a flow give at run time, as the source's platform computes them."""

from bascule.simulator.evaluation.evaluate import TestResult, evaluate, holds, render, test
from bascule.simulator.evaluation.functions import FUNCTIONS
from bascule.simulator.evaluation.scope import Environment, Plain, Scope
from bascule.simulator.evaluation.values import Fault, Unknown, Value, compare, equal, number, show, truth

__all__ = [
    "FUNCTIONS",
    "Environment",
    "Fault",
    "Plain",
    "Scope",
    "TestResult",
    "Unknown",
    "Value",
    "compare",
    "equal",
    "evaluate",
    "holds",
    "number",
    "render",
    "show",
    "test",
    "truth",
]
