"""``bascule contacts merge``, ``backup`` and ``restore`` as people run them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.contacts.snapshots import add_import

from bascule.contacts.store.store import open_store

Run = Callable[..., tuple[int, bytes, bytes]]
FR = "+33612345678"
DIGITS = re.compile(rb"\+?\d{9,}")


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A store with an import."""
    name = str(tmp_path / "contacts.db")
    with open_store(name) as store:
        add_import(
            store,
            [{"phone_e164": FR, "name": "Élodie"}, {"phone_e164": FR}, {"viber_id": "A=", "viber_scope": "b"}],
        )
    return name


def _json(run: Run, *arguments: object) -> dict[str, object]:
    code, out, err = run(*arguments, "--format", "json")
    assert (code, err) == (0, b"")
    data: dict[str, object] = json.loads(out)
    return data


def test_merging_says_where_every_row_went(run: Run, path: str) -> None:
    code, out, err = run("merge", "--store", path)
    assert (code, err) == (0, b"")
    assert b"3 in = 2 kept + 1 merged + 0 rejected" in out
    assert b"backup before: " in out
    assert b"viber-invite.jsonl" in out


def test_no_output_holds_a_number_or_a_name(run: Run, path: str, tmp_path: Path) -> None:
    for arguments in (["merge", "--dry-run"], ["merge"], ["merge", "--again"], ["backup"], ["status"]):
        for shown in ("text", "json"):
            _, out, err = run(*arguments, "--store", path, "--format", shown)
            for text in (out, err):
                assert "Élodie".encode() not in text
                assert b"33612345678" not in text


def test_the_second_time_there_is_nothing_to_do(run: Run, path: str) -> None:
    run("merge", "--store", path)
    code, out, _ = run("merge", "--store", path)
    assert code == 0
    assert b"nothing to do" in out


def test_a_dry_run_says_so(run: Run, path: str) -> None:
    data = _json(run, "merge", "--store", path, "--dry-run")
    assert data["dry_run"] is True
    assert data["backup"] == ""
    code, out, _ = run("merge", "--store", path, "--dry-run")
    assert code == 0
    assert b"nothing was written" in out


def test_a_survivorship_file_that_is_wrong(run: Run, path: str, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('default = "newest"')
    code, out, err = run("merge", "--store", path, "--survivorship", rules)
    assert (code, out) == (2, b"")
    assert b"CON070" in err


def test_an_open_import_is_a_warning(run: Run, path: str) -> None:
    with open_store(path) as store:
        add_import(store, [{"phone_e164": FR}], file="half.csv", state="open")
    code, out, _ = run("merge", "--store", path)
    assert code == 0
    assert b"CON071" in out
    assert b"half.csv" in out
    assert run("merge", "--store", path, "--fail-on", "warning")[0] == 1


def test_merging_without_a_store(run: Run, tmp_path: Path) -> None:
    code, _, err = run("merge", "--store", tmp_path / "none.db")
    assert code == 2
    assert b"CON031" in err
    assert not list(tmp_path.iterdir())


def test_backup_and_restore(run: Run, path: str, tmp_path: Path) -> None:
    run("merge", "--store", path)
    made = _json(run, "backup", "--store", path, "-o", tmp_path / "away")["backup"]
    assert isinstance(made, dict)
    assert Path(made["folder"]).parent == tmp_path / "away"
    with open_store(path) as store:
        add_import(store, [{"phone_e164": "+33698765432"}])
    run("merge", "--store", path)
    dry = _json(run, "restore", made["folder"], "--store", path, "--dry-run")
    assert dry["dry_run"] is True
    data = _json(run, "restore", made["folder"], "--store", path)
    assert (data["before"]["persons"], data["after"]["persons"]) == (3, 2)  # type: ignore[index]
    code, out, _ = run("restore", Path(str(data["kept"])).name, "--store", path)
    assert code == 0
    assert b"persons                   2 ->          3" in out


def test_restoring_what_is_no_backup(run: Run, path: str, tmp_path: Path) -> None:
    code, _, err = run("restore", tmp_path / "nothing", "--store", path)
    assert code == 2
    assert b"CON075" in err


@pytest.mark.parametrize("name", ["merge", "backup", "restore"])
def test_help_names_the_exit_codes(run: Run, name: str) -> None:
    code, out, _ = run(name, "--help")
    assert code == 0
    assert b"Exit codes" in out
    assert b"--batch" not in out
