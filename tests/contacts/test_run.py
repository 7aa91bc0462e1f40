"""Plans: a whole migration from a file, its reconciliation, running it again, and plans that are wrong."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from benchmarks.demo_contacts import generate
from click.testing import CliRunner, Result

from bascule.cli.contacts import group
from bascule.cli.contacts.plan import read_plan
from bascule.contacts.tabular.problems import ContactsError


def run(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["run", *arguments], standalone_mode=False)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("migration")
    generate(folder, 600, 3)
    return folder, run(str(folder / "plan.toml"))


def test_a_whole_migration_adds_up(done: tuple[Path, Result]) -> None:
    folder, result = done
    assert result.return_value == 0, result.output + result.stderr
    lines = result.output.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("step "))
    steps = [line.split() for line in lines[start + 1 :]]
    assert [step[0] for step in steps] == [
        "import", "import", "import", "merge", "promote", "check", "decide", "campaign", "export", "export",
    ]  # fmt: skip
    for name, taken, kept, merged, rejected, *_ in steps:
        assert int(taken) == int(kept) + int(merged) + int(rejected), name
    records = []
    for name in ("twilio.csv", "nexmo.csv", "viber.csv"):
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            records.append(sum(1 for _ in csv.reader(file, delimiter=";" if name == "viber.csv" else ",")) - 1)
    assert [int(step[1]) for step in steps[:3]] == records
    kept = sum(int(step[2]) for step in steps[:3])
    assert kept <= int(steps[3][1]) <= kept + 100, "a cell with two numbers is two rows of one record"


def test_nobody_is_named_in_what_is_shown(done: tuple[Path, Result]) -> None:
    folder, result = done
    shown = "".join((result.output + result.stderr).split())
    with (folder / "crm" / "hubspot-0001.csv").open(encoding="utf-8-sig", newline="") as file:
        people = list(csv.DictReader(file))
    numbers = {row["Phone Number"][-8:] for row in people if row["Phone Number"]}
    names = {row["Last Name"] for row in people if len(row["Last Name"]) > 3}
    assert len(numbers) > 300
    assert not [number for number in numbers if number in shown]
    assert not [name for name in names if name in shown]


def test_running_it_again_imports_and_merges_nothing(done: tuple[Path, Result]) -> None:
    folder, first = done
    before = {path.name: path.read_bytes() for path in (folder / "lists").iterdir()}
    again = run(str(folder / "plan.toml"), "--format", "json")
    assert again.return_value == 0
    steps = json.loads(again.output)["steps"]
    assert not [step for step in steps if step["counts"]["step"] == "import" and step["counts"]["kept"]]
    assert {path.name: path.read_bytes() for path in (folder / "lists").iterdir()} == before
    assert first.return_value == 0


def test_nobody_in_the_audience_has_left(done: tuple[Path, Result]) -> None:
    folder, _ = done
    left = set()
    with (folder / "twilio.csv").open(encoding="utf-8", newline="") as file:
        history: dict[str, list[tuple[str, str]]] = {}
        for row in csv.DictReader(file):
            if row["Direction"] == "inbound" and row["Body"] in ("START", "STOP"):
                history.setdefault(row["From"], []).append((row["SentDate"], row["Body"]))
        left = {number for number, events in history.items() if max(events)[1] == "STOP"}
    with (folder / "audience" / "twilio-0001.csv").open(encoding="utf-8-sig", newline="") as file:
        audience = {row["To"] for row in csv.DictReader(file)}
    assert left
    assert audience
    assert not left & audience


def test_a_dry_run_shows_the_commands(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('store = "c.db"\n[[import]]\npath = "a b.csv"\ndefault-region = "FR"\n[merge]\n', "utf-8")
    result = run(str(plan), "--dry-run")
    assert result.output.splitlines() == [
        "$ bascule contacts import --default-region=FR 'a b.csv'", "$ bascule contacts merge",
    ]  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.toml"]


def test_steps_run_in_their_order_whatever_the_plan_says(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('store = "c.db"\n[audit]\n[decide]\n[merge]\n[[import]]\npath = ["a", "-b"]\n', "utf-8")
    _, steps = read_plan(str(plan))
    assert [step.name for step in steps] == ["import", "merge", "decide", "audit"]
    assert steps[0].arguments == ("import", "--", "a", "-b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[merge]", "`store` is missing"),
        ('store = "c.db"', "has no steps"),
        ('store = "c.db"\n[marge]', "did you mean `merge`"),
        ('store = "c.db"\n[[import]]\npaht = "x"', "did you mean `path`"),
        ('store = "c.db"\n[[import]]', "`path` is missing"),
        ('store = "c.db"\n[[export]]\nprofile = "twilio"', "`output` is missing"),
        ('store = "c.db"\n[decide]\noutput = ["a", "b"]', "one value"),
        ('store = "c.db"\n[decide]\noutput = {}', "not a text"),
        ('store = "c.db"\n[decide]\ninclude_landlines = "yes"', "not true or false"),
        ('store = "c.db"\n[decide]\nstore = "other.db"', "unknown key `store`"),
        ("store = 3\n[merge]", "`store` is not a text"),
        ('store = "c.db"\nmerge = 3', "not a table"),
        ("store = ", "no TOML"),
    ],
)
def test_a_plan_that_is_wrong_runs_nothing(tmp_path: Path, text: str, said: str) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(text, "utf-8")
    with pytest.raises(ContactsError, match=r"plan\.toml") as caught:
        read_plan(str(plan))
    assert said in caught.value.message
    result = run(str(plan))
    assert result.return_value == 2
    assert "CON180" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.toml"]


def test_a_step_that_fails_stops_the_run(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('store = "c.db"\n[[import]]\npath = "missing.csv"\n[merge]\n', "utf-8")
    result = run(str(plan))
    assert result.return_value == 2
    assert "contacts merge" not in result.output
