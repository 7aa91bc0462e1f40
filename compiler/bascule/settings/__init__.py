"""``bascule.toml``: settings, suppressions and baselines. Pure: the command line opens the files."""

from bascule.settings.apply import Judged, Paths, Suppressed, judge
from bascule.settings.baseline import Baseline, baseline_text, prune, read_baseline
from bascule.settings.load import ConfigFile, Loaded, has_settings, load_settings
from bascule.settings.model import Settings
from bascule.settings.selection import Layer, Selection

__all__ = [
    "Baseline",
    "ConfigFile",
    "Judged",
    "Layer",
    "Loaded",
    "Paths",
    "Selection",
    "Settings",
    "Suppressed",
    "baseline_text",
    "has_settings",
    "judge",
    "load_settings",
    "prune",
    "read_baseline",
]
