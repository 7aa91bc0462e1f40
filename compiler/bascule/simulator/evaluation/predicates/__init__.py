"""The tests of :data:`bascule.ir.expr.TESTS`: whether they hold, and what they found.

What RapidPro's tests match, and how, is that engine's documentation (https://docs.nyaruka.com/goflow/ - tests).
"""

from bascule.simulator.evaluation.predicates import people, quantities, texts
from bascule.simulator.evaluation.predicates.base import PREDICATES, Predicate, TestResult

__all__ = ["PREDICATES", "Predicate", "TestResult", "people", "quantities", "texts"]
