"""The first tables; the consent ledger refuses deletion, and any change but erasing who it speaks of."""

from __future__ import annotations

from alembic import op

from bascule.contacts.store.schema import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_KEPT = ("event_key", "channel", "purpose", "action", "occurred_at", "recorded_at", "legal_basis", "source")

_SQLITE = (
    """CREATE TRIGGER consents_no_delete BEFORE DELETE ON consents
    BEGIN SELECT RAISE(ABORT, 'the consent ledger is append only'); END""",
    """CREATE TRIGGER consents_no_update BEFORE UPDATE ON consents
    WHEN NOT (NEW.identity_lookup = '' AND NEW.proof IS NULL AND NEW.wording IS NULL AND {same})
    BEGIN SELECT RAISE(ABORT, 'the consent ledger is append only'); END""".format(
        same=" AND ".join(f"NEW.{name} IS OLD.{name}" for name in _KEPT)
    ),
)

_POSTGRESQL = (
    """CREATE FUNCTION consents_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' AND NEW.identity_lookup = '' AND NEW.proof IS NULL AND NEW.wording IS NULL AND {same} THEN
        RETURN NEW;
      END IF;
      RAISE EXCEPTION 'the consent ledger is append only';
    END $$""".format(same=" AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in _KEPT)),
    """CREATE TRIGGER consents_append_only BEFORE UPDATE OR DELETE ON consents
    FOR EACH ROW EXECUTE FUNCTION consents_append_only()""",
)


def upgrade() -> None:
    """Create the tables and the triggers."""
    bind = op.get_bind()
    metadata.create_all(bind)
    for statement in _POSTGRESQL if bind.dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)


def downgrade() -> None:
    """There is nothing before this."""
    raise NotImplementedError("restore a backup instead")
