"""``bascule contacts warm-up``: tables and machine code ahead of their first use."""

from __future__ import annotations

import click

from bascule.cli.contacts.errors import contact_errors


@click.command("warm-up")
def command() -> int:
    """Compile the phone tables and, where numba is installed, its machine code.

    For container images and cluster workers: the first run then starts at once. Both go to the user's cache folder, or
    to BASCULE_CACHE_DIR; NUMBA_CACHE_DIR names another place for the machine code.
    """
    with contact_errors(""):
        from bascule.contacts.warm import warm_up

        for line in warm_up():
            click.echo(line)
    return 0
