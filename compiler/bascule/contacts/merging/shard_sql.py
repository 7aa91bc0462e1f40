"""The queries over a shard: ``w`` holds the rows of a range of persons, ``$1`` to ``$2``."""

from __future__ import annotations

from bascule.contacts.merging.links import KINDS, MENTION
from bascule.contacts.merging.survivorship import FIELDS

__all__ = [
    "CONSENT",
    "CONSENT_COLUMNS",
    "CUSTOM",
    "FIELDS_SQL",
    "GAPS",
    "IDENTITIES",
    "JOINED",
    "LEARNT",
    "MOMENTS",
    "NAMINGS",
    "REFUSED_CONSENT",
    "ROWS",
]

ROWS = "CREATE OR REPLACE TEMP TABLE w AS SELECT * FROM work WHERE pno BETWEEN $1 AND $2"

JOINED = "SELECT pno, id FROM joined WHERE pno BETWEEN $1 AND $2 ORDER BY pno, id"

MOMENTS = """SELECT p.pno, p.id, EXISTS (SELECT 1 FROM held h WHERE h.pno = p.pno AND NOT h.other), min(w.seen),
max(w.occurred_at) FILTER (w.kind = 'message' AND w.direction = 'inbound'),
max(w.occurred_at) FILTER (w.kind = 'message' AND w.direction = 'outbound'
  AND coalesce(w.message_status, '') NOT IN ('failed', 'undelivered', 'rejected')),
max(w.occurred_at) FILTER (w.kind = 'message' AND w.direction = 'inbound' AND w.channel = 'whatsapp')
FROM w JOIN people p ON p.pno = w.pno WHERE p.pno BETWEEN $1 AND $2 GROUP BY p.pno, p.id ORDER BY p.pno"""
"""A message that was refused on its way is no contact with the person."""

CELL = "replace(e.value ->> '$', chr(0), '')"
CUSTOM = f"""CREATE OR REPLACE TEMP TABLE customs AS
SELECT pno, 'custom.' || e.key AS field, trim({CELL}) AS value, import_id, source_row, seen, rid, part,
ordinal, FALSE AS learnt FROM (SELECT * FROM w WHERE kind = 'contact' AND custom IS NOT NULL AND json_valid(custom)
AND json_type(custom) = 'OBJECT') v, json_each(v.custom) e WHERE trim({CELL}) <> ''"""
"""Further cells of address book rows; those of a message speak of the message."""

_CELLS = " UNION ALL ".join(
    f"SELECT pno, '{name}' AS field, {name} AS value, import_id, source_row, seen, rid, part, ordinal, FALSE AS learnt"
    f" FROM w WHERE {name} IS NOT NULL"
    for name in FIELDS
)
_LAST = 9_000_000_000_000_000_000
_AT = "epoch(try_strptime(c.seen, '%Y-%m-%dT%H:%M:%SZ'))::BIGINT"
_LATE = f"coalesce(-{_AT}, {_LAST})"

FIELDS_SQL = f"""WITH cells AS (
  {_CELLS} UNION ALL SELECT * FROM customs UNION ALL
  SELECT h.pno, f.field, f.value, f.import_id, f.source_row, f.seen, {_LAST}, 0, NULL, TRUE
  FROM learnt_facts f JOIN held h ON h.node = f.node WHERE h.pno BETWEEN $1 AND $2
), ruled AS (
  SELECT c.*, coalesce(r.rule, d.rule) AS rule, coalesce(o.place, 1000000) AS place
  FROM cells c LEFT JOIN rules r ON r.field = c.field CROSS JOIN (SELECT rule FROM rules WHERE field = '') d
  LEFT JOIN priority o ON o.ordinal = c.ordinal AND o.number = coalesce(r.number, 0)
), keyed AS (
  SELECT c.pno, c.field, c.value, c.import_id, c.source_row, c.seen, c.part, c.learnt,
  lower(trim(nfc_normalize(c.value))) AS same,
  CASE c.rule WHEN 'priority' THEN c.place WHEN 'earliest' THEN coalesce({_AT}, {_LAST})
    WHEN 'longest' THEN -length(c.value) ELSE {_LATE} END AS k1,
  CASE c.rule WHEN 'priority' THEN {_LATE} WHEN 'longest' THEN {_LATE} ELSE c.place END AS k2,
  CASE c.rule WHEN 'earliest' THEN c.rid ELSE -c.rid END AS k3,
  CASE c.rule WHEN 'earliest' THEN c.part ELSE -c.part END AS k4
  FROM ruled c
)
SELECT pno, field, value, import_id, source_row, seen, part, learnt FROM keyed
QUALIFY row_number() OVER (PARTITION BY pno, field, same ORDER BY k1, k2, k3, k4, value) = 1
ORDER BY pno, field, k1, k2, k3, k4, value"""
"""Each distinct value of each field, the one that survives first. Case and blanks make no other value."""

_HOW = """CASE WHEN phone_reason = 'two_readings' THEN 6 ELSE coalesce(list_position(
['explicit_plus', 'idd', 'own_code', 'national_with_hint', 'national_with_default', '', 'assumed_idd', 'assumed_plus'],
phone_how), 6) END"""
_PHONE = {True: f"phone_region AS region, phone_type AS type, {_HOW} AS rank, phone_how AS how"}
_OTHER = "NULL AS region, NULL AS type, 0 AS rank, NULL AS how"
_HELD = " UNION ALL ".join(
    f"SELECT pno, {number}::TINYINT AS kind, {MENTION[kind][1]} AS scope, {MENTION[kind][0]} AS value, import_id,"
    f" source_row, rid, seen, {_PHONE.get(kind == 'phone', _OTHER)} FROM w WHERE {MENTION[kind][0]} IS NOT NULL"
    for number, kind in enumerate(KINDS)
)

IDENTITIES = f"""SELECT pno, kind, scope, value, arg_min(region, rid), arg_min(type, rid), arg_min(how, (rank, rid)),
min(rank), arg_min(import_id, rid), min(rid) & 1099511627775, min(seen), max(seen) FROM ({_HELD}) m
WHERE NOT EXISTS (SELECT 1 FROM learnt g WHERE g.replaced IS NOT NULL AND g.kind = m.kind AND g.scope = m.scope
AND g.value = m.value AND m.seen > g.replaced)
GROUP BY pno, kind, scope, value ORDER BY pno, kind, scope, value"""
"""Identifiers with what is surest of them. What was given up is not held by whom a later row names."""

LEARNT = """SELECT h.pno, l.kind, l.scope, l.value, l.region, l.type, l.confidence, l.last_seen, l.replaced
FROM learnt l JOIN held h ON h.node = l.node WHERE h.pno BETWEEN $1 AND $2 ORDER BY ALL"""

GAPS = """CREATE OR REPLACE TEMP TABLE gaps AS WITH own AS (
SELECT pno, phone_e164 AS phone, seen, lag(seen) OVER (PARTITION BY pno, phone_e164 ORDER BY seen) AS before
FROM w WHERE phone_e164 IS NOT NULL AND seen IS NOT NULL
AND (kind IN ('contact', 'consent', 'event') OR (kind = 'message' AND direction = 'inbound'))),
silent AS (SELECT *, date_diff('day', try_strptime(before, '%Y-%m-%dT%H:%M:%SZ'),
try_strptime(seen, '%Y-%m-%dT%H:%M:%SZ')) AS days FROM own WHERE before IS NOT NULL)
SELECT pno, phone, arg_max(before, (days, seen)) AS before, arg_max(seen, (days, seen)) AS after
FROM silent WHERE days > $1 AND $1 > 0 GROUP BY pno, phone"""
"""The longest silence of a number's owner. What the business sent breaks no silence."""

NAMINGS = """SELECT pno, phone, naming, min(seen), max(seen) FROM (
  SELECT pno, phone_e164 AS phone, coalesce(name, nullif(trim(concat_ws(' ', first_name, last_name)), '')) AS naming,
  seen FROM w WHERE phone_e164 IS NOT NULL)
WHERE naming IS NOT NULL GROUP BY pno, phone, naming
QUALIFY count(*) OVER (PARTITION BY pno, phone) > 1 OR (pno, phone) IN (SELECT (pno, phone) FROM gaps)
ORDER BY pno, phone, naming"""
"""Names of numbers that have several, or were silent."""

CONSENT_COLUMNS = (
    "import_id", "source_row", "part", "kind", "phone_e164", "wa_id", "bsuid", "bsuid_scope", "viber_id", "viber_scope",
    "crm_id", "crm_scope", "email", "channel", "occurred_at", "language", "consent_action", "consent_purpose",
    "consent_basis", "consent_source", "consent_keyword", "consent_double", "consent_wording",
    "consent_names_business", "consent_names_whatsapp", "consent_proof", "consent_expires_at",
)  # fmt: skip

CONSENT = f"""SELECT pno, {", ".join(CONSENT_COLUMNS)} FROM w
WHERE consent_action IS NOT NULL OR consent_keyword IS NOT NULL OR kind = 'suppression' ORDER BY pno, rid, part"""

REFUSED_CONSENT = f"""SELECT {", ".join(CONSENT_COLUMNS)} FROM all_rows r
JOIN refused ON refused.rid = r.rid AND refused.reason = 'number_given_up'
WHERE consent_action IS NOT NULL OR consent_keyword IS NOT NULL OR kind = 'suppression' ORDER BY r.rid, part"""
"""What rows say that are nobody's: only whom they came from is not known."""
