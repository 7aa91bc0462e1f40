"""Run by Alembic: the migrations on the connection that :func:`bascule.contacts.store.migrate.upgrade` opened."""

from __future__ import annotations

from alembic import context

from bascule.contacts.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
