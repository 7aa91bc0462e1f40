"""``bascule contacts``: the customer base. One module per subcommand, imported when it runs."""

from __future__ import annotations

import importlib

import click

__all__ = ["group"]

_COMMANDS = {
    "audit": "Count what there is: numbers, consent, interaction, what blocks whom.",
    "backup": "Keep a copy of the store and its snapshots.",
    "campaign": "Ask people to come to WhatsApp: texts, recipients, confirmation flow.",
    "check": "Ask which numbers are registered on WhatsApp, and test who answers.",
    "consent": "What people agreed to, and promoting it by a named policy.",
    "decide": "Message, ask again or leave alone: everyone, with the reason.",
    "erase": "Forget people: store, snapshots, backups; with a receipt.",
    "export": "Write files for a CRM or a messaging provider.",
    "import": "Read exports of platforms, CRMs and spreadsheets into the store.",
    "init": "Make a store, sealed if a key is named.",
    "merge": "Make persons of the rows of all imports.",
    "normalize": "Add E.164 numbers, and why not, to a contact file.",
    "prune": "Remove old backups, never the last good one.",
    "pull": "Fetch records from a platform and import them.",
    "restore": "Take a backup back.",
    "retain": "Erase people of whom nothing was heard for too long.",
    "run": "Run a whole migration from a plan.",
    "status": "Show what a store holds and what was done to it.",
    "subject-export": "Write everything the store has of one person.",
    "sync": "Take in webhooks, apply them, and hand changes on.",
    "unseal": "Open a sealed file of a store's folder.",
    "warm-up": "Compile what normalising needs, ahead of its first use.",
}
"""A subcommand ``a-b`` is ``command`` of the module ``a_b_command`` in this folder."""


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"{__name__}.{cmd_name.replace('-', '_')}_command")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            close = difflib.get_close_matches(args[0], _COMMANDS, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise click.UsageError(f"{error.message}{hint}", ctx) from error


@click.command("contacts", cls=_LazyGroup)
def group() -> None:
    """Move the customer base: phone numbers, consent, who may be messaged.

    Needs the extra `contacts`: pip install 'bascule[contacts]'.
    """
