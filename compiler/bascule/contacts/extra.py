"""The optional dependencies of the contacts half, asked for by name."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

__all__ = ["MissingExtra", "installed", "require"]


class MissingExtra(Exception):
    """A package that an extra of bascule brings is not installed. The text says what to run."""

    def __init__(self, package: str, extra: str = "contacts") -> None:
        super().__init__(f"this needs {package}, which is not installed: run pip install 'bascule[{extra}]'")
        self.package = package
        self.extra = extra


def installed(package: str) -> bool:
    """Whether a package can be imported, without importing it."""
    try:
        return find_spec(package) is not None
    except (ImportError, ValueError):
        return False


def require(*packages: str, extra: str = "contacts") -> None:
    """Import the packages. Raises MissingExtra for the first one that is not there."""
    for package in packages:
        try:
            import_module(package)
        except ImportError as error:
            raise MissingExtra(package, extra) from error
