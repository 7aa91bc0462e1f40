"""A check that is killed goes on where it was, with the real command and a slow, failing, lying service."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.contacts.checking.kills import command, run_with_kills
from tests.contacts.checking.support import Behaviour, Endpoint, is_active, number_of, people, statuses

from bascule.contacts.store import schema
from bascule.contacts.store.store import open_store

COUNT, SIZE = 900, 30


def test_a_killed_check_asks_again_about_one_batch_at_most(tmp_path: Path) -> None:
    people(tmp_path / "c.db", COUNT).close()
    with Endpoint(Behaviour(slow=0.04)) as endpoint:
        done = run_with_kills(command(tmp_path / "c.db", endpoint.url, "--batch-size", str(SIZE)), endpoint, 5, seed=3)
    assert done.code == 0, done.output
    assert done.killed >= 3
    store = open_store(str(tmp_path / "c.db"))
    assert {lookup: row[0] for lookup, row in statuses(store).items()} == {
        number_of(index): "active" if is_active(number_of(index)) else "inactive" for index in range(COUNT)
    }
    twice = sum(times - 1 for times in endpoint.asked.values())
    assert twice <= done.killed * SIZE, "no number is asked twice beyond the batch in flight"
    with store.read() as connection:
        answered = connection.execute(select(func.count()).where(schema.check_items.c.status.is_(None))).scalar_one()
        states = set(connection.execute(select(schema.check_batches.c.state)).scalars())
        runs = connection.execute(select(schema.check_runs.c.state)).scalars().all()
    assert (answered, states, runs) == (0, {"done"}, ["done"])


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(slow=0.03, fails=0.2, cuts=0.2, omits=0.1, processing=0.2, shuffles=True),
        Behaviour(slow=0.03, lies=True),
    ],
    ids=["failing", "lying"],
)
def test_killed_among_failures_and_lies(tmp_path: Path, behaviour: Behaviour) -> None:
    people(tmp_path / "c.db", 300).close()
    with Endpoint(behaviour) as endpoint:
        line = command(tmp_path / "c.db", endpoint.url, "--batch-size", str(SIZE), "--blocking", "no_wait")
        done = run_with_kills(line, endpoint, 2, seed=5, longest=0.2)
    assert done.code == 0, done.output
    found = {lookup: row[0] for lookup, row in statuses(open_store(str(tmp_path / "c.db"))).items()}
    truth = {number_of(index): "active" if is_active(number_of(index)) else "inactive" for index in range(300)}
    if behaviour.lies:
        assert found == dict.fromkeys(truth, "unverified")
        # A run that was killed after its last answer leaves nothing to be said by the next one.
        assert "CON080" in done.output or "0 requests" in done.output
    else:
        assert found == truth
