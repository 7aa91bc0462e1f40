"""Sizes on the command line and in the configuration: ``50M``, ``2G``."""

from __future__ import annotations

import re

import click

__all__ = ["SIZE", "SizeType"]


class SizeType(click.ParamType[int]):
    """``50M``, ``2G``, ``800k`` or a number of bytes."""

    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return bytes; fails with a usage error."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d+)\s*([kKmMgG]?)(?:i?[bB])?", str(value).strip())
        if not match:
            self.fail(f"{value!r} is not a size such as 50M", param, ctx)
        factor: int = 1024 ** " kmg".index((match.group(2) or " ").lower())
        return int(match.group(1)) * factor


SIZE = SizeType()
