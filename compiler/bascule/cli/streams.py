"""Standard input and output as every command uses them: UTF-8, and no traceback when nobody reads."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import Any

import click

__all__ = ["ReaderGone", "WriteError", "emit", "finish", "is_write_failure", "prepare", "silence"]

_WRITING = (errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EBADF, getattr(errno, "EDQUOT", errno.ENOSPC))


class ReaderGone(Exception):
    """Who reads standard output (``head``) has gone."""


class WriteError(click.ClickException):
    """Something cannot be written: exit code 2."""

    exit_code = 2


def prepare() -> None:
    """Make the streams usable: one that is closed is the null device, and what is no terminal gets UTF-8 whatever the
    locale is, so that the same files give the same bytes everywhere. What a stream cannot hold is escaped."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for as long as the program runs
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        with contextlib.suppress(ValueError, OSError):
            if stream.isatty():
                reconfigure(errors="backslashreplace")
            else:
                reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def emit(data: str | bytes, *, err: bool = False) -> None:
    """Write to standard output or error, colours and all. Does nothing once the reader has gone: files that are
    still to be written are written, and the exit code stays what it is."""
    try:
        click.echo(data.encode("utf-8", "backslashreplace") if isinstance(data, str) else data, nl=False, err=err)
    except BrokenPipeError:
        silence(sys.stderr if err else sys.stdout)


def silence(stream: Any) -> None:
    """Send the rest of a stream nowhere, so that Python has nothing to complain about at exit."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def is_write_failure(error: OSError) -> bool:
    """Whether an error comes from writing to something that was open: a full disk, a closed stream."""
    return not error.filename and error.errno in _WRITING


def finish(code: int) -> int:
    """Flush the streams and give the exit code: 2 where the output could not be written."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            silence(stream)
        except (OSError, ValueError) as error:
            silence(stream)
            if isinstance(error, OSError) and stream is sys.stdout and code in (0, 1):
                code = 2
                with contextlib.suppress(OSError):
                    click.echo(f"Error: cannot write: {error.strerror or error}", err=True)
    return code
