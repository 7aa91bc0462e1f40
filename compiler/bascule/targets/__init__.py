"""The capability matrix: what each target can do, with sources. Lowering takes it, docs are generated from it."""

from bascule.targets.load import load_capabilities, target_names, vocabulary
from bascule.targets.model import Capabilities, Capability, Support, TargetPolicy

__all__ = [
    "Capabilities",
    "Capability",
    "Support",
    "TargetPolicy",
    "load_capabilities",
    "target_names",
    "vocabulary",
]
