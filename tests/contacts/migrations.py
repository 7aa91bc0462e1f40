"""Whole migrations for tests: the same exports through the same plan, into stores of different kinds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from benchmarks.demo_contacts import generate
from click.testing import CliRunner, Result

from bascule.cli.contacts import group
from bascule.contacts.store.sealed_files import SUFFIX, read_file
from bascule.contacts.store.store import Store, open_store

__all__ = ["CLOCK", "Migration", "copy_of", "migrate"]

CLOCK = "1790000000"
_PSEUDONYM_KEY = "5f" * 32
_OUTPUTS = ("lists", "campaign", "crm", "audience")


@dataclass(frozen=True, slots=True)
class Migration:
    """A migration that was run. ``environment``: what its commands need."""

    folder: Path
    place: str
    result: Result
    environment: Mapping[str, str]

    @property
    def data(self) -> Path:
        """The store's folder."""
        return self.folder / "contacts.db.data"

    def run(self, *arguments: str) -> Result:
        """Another command on the store."""
        with patch.dict(os.environ, self.environment):
            words = [*arguments, "--store", self.place, "--data", str(self.data)]
            return CliRunner().invoke(group, words, standalone_mode=False)

    def again(self) -> Result:
        """The plan once more."""
        with patch.dict(os.environ, self.environment):
            return CliRunner().invoke(group, ["run", str(self.folder / "plan.toml")], standalone_mode=False)

    @contextmanager
    def opened(self) -> Iterator[Store]:
        """The store."""
        with patch.dict(os.environ, self.environment), open_store(self.place, str(self.data)) as store:
            yield store

    def written(self) -> dict[str, bytes]:
        """Every list, export and report, by name; sealed ones opened, by the name they have in a plain store."""
        found = [path for name in _OUTPUTS for path in (self.folder / name).rglob("*") if path.is_file()]
        found += [self.folder / "audit.html", *(self.data / "lists").iterdir(), *(self.data / "rejects").iterdir()]
        with self.opened() as store:
            return {
                path.relative_to(self.folder).as_posix().removesuffix(SUFFIX): read_file(store.vault, path)
                for path in sorted(found)
            }


def migrate(folder: Path, *, people: int = 600, place: str = "", sealed: bool = False) -> Migration:
    """Generate exports in a folder, and run their plan: into SQLite, into ``place``, or into a sealed store."""
    folder.mkdir()
    generate(folder, people, 3)
    plan = folder / "plan.toml"
    store = place or str(folder / "contacts.db")
    text = plan.read_text("utf-8").replace('store = "contacts.db"', f'store = "{store}"\ndata = "contacts.db.data"')
    plan.write_text(text, "utf-8")
    # Pseudonyms are in what is written: the same key gives the same ones.
    secrets = folder / "contacts.db.data" / "secrets"
    secrets.mkdir(parents=True, mode=0o700)
    (secrets / "pseudonym.key").write_text(_PSEUDONYM_KEY + "\n", "ascii")
    environment = {"SOURCE_DATE_EPOCH": CLOCK}
    if sealed:
        environment["BASCULE_KEY_FILE"] = str(folder / "store.key")
        init = ["init", "--key-file", str(folder / "store.key"), "--store", store, "--data", str(secrets.parent)]
        with patch.dict(os.environ, environment):
            made = CliRunner().invoke(group, init, standalone_mode=False)
        assert made.return_value == 0, made.output + made.stderr
    with patch.dict(os.environ, environment):
        result = CliRunner().invoke(group, ["run", str(plan)], standalone_mode=False)
    return Migration(folder, store, result, environment)


def copy_of(migration: Migration, folder: Path) -> Migration:
    """The same in another folder, to be changed; of a store in a file."""
    shutil.copytree(migration.folder, folder)
    environment = {**migration.environment}
    if "BASCULE_KEY_FILE" in environment:
        environment["BASCULE_KEY_FILE"] = str(folder / "store.key")
    return Migration(folder, str(folder / "contacts.db"), migration.result, environment)
