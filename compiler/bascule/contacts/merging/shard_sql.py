"""The queries over a shard: ``w`` holds the rows of a range of persons, ``$1`` to ``$2``. What they make stays in the
engine until it is written: ``w`` and ``customs``, ``chosen`` values, ``doubts``, ``held_ids`` and ``numbers``."""

from __future__ import annotations

from bascule.contacts.merging.links import KINDS, MENTION
from bascule.contacts.merging.survivorship import FIELDS

__all__ = [
    "COLUMNS",
    "CONFLICTS",
    "CONSENT",
    "CONSENT_COLUMNS",
    "CUSTOM",
    "DOUBTS",
    "FACTS",
    "FIELDS_SQL",
    "GAPS",
    "IDENTITIES",
    "IDENTITY_ROWS",
    "JOINED",
    "NAMINGS",
    "NUMBERS",
    "PEOPLE",
    "REFUSED_CONSENT",
    "ROWS",
    "TAKEN_TABLES",
]

COLUMNS = ("name", "first_name", "last_name", "language")
"""Fields that are columns of a person; where nothing contradicts them they need no line of their own."""

_MESSAGED = ("mobile", "fixed_line_or_mobile")
_SUREST_ASSUMED = 6
_PHONE_KIND = KINDS.index("phone")

TAKEN_TABLES = ("w", "customs", "chosen", "gaps", "doubts", "held_ids", "numbers")
"""Temporary tables that a shard leaves."""

ROWS = "CREATE OR REPLACE TEMP TABLE w AS SELECT * FROM work WHERE pno BETWEEN $1 AND $2"
"""``seconds`` is ``seen`` since 1970."""

JOINED = """SELECT p.id, j.id FROM joined j JOIN people p ON p.pno = j.pno
WHERE j.pno BETWEEN $1 AND $2 ORDER BY j.pno, j.id"""

CELL = "replace(e.value ->> '$', chr(0), '')"
CUSTOM = f"""CREATE OR REPLACE TEMP TABLE customs AS
SELECT pno, 'custom.' || e.key AS field, trim({CELL}) AS value, import_id, source_row, seen, seconds, rid, part,
ordinal, FALSE AS learnt FROM (SELECT * FROM w WHERE kind = 'contact' AND custom IS NOT NULL AND json_valid(custom)
AND json_type(custom) = 'OBJECT') v, json_each(v.custom) e WHERE trim({CELL}) <> ''"""
"""Further cells of address book rows; those of a message speak of the message."""

_CELLS = " UNION ALL ".join(
    f"SELECT pno, '{name}' AS field, {name} AS value, import_id, source_row, seen, seconds, rid, part, ordinal,"
    f" FALSE AS learnt FROM w WHERE {name} IS NOT NULL"
    for name in FIELDS
)
_LAST = 9_000_000_000_000_000_000
_LATE = f"coalesce(-c.seconds, {_LAST})"

FIELDS_SQL = f"""CREATE OR REPLACE TEMP TABLE chosen AS WITH cells AS (
  {_CELLS} UNION ALL SELECT * FROM customs UNION ALL
  SELECT h.pno, f.field, f.value, f.import_id, f.source_row, f.seen,
  epoch(try_strptime(f.seen, '%Y-%m-%dT%H:%M:%SZ'))::BIGINT, {_LAST}, 0, NULL, TRUE
  FROM learnt_facts f JOIN held h ON h.node = f.node WHERE h.pno BETWEEN $1 AND $2
), ruled AS (
  SELECT c.*, coalesce(r.rule, d.rule) AS rule, coalesce(o.place, 1000000) AS place
  FROM cells c LEFT JOIN rules r ON r.field = c.field CROSS JOIN (SELECT rule FROM rules WHERE field = '') d
  LEFT JOIN priority o ON o.ordinal = c.ordinal AND o.number = coalesce(r.number, 0)
), keyed AS (
  SELECT c.pno, c.field, c.value, c.import_id, c.source_row, c.seen, c.part, c.learnt,
  lower(trim(nfc_normalize(c.value))) AS same,
  CASE c.rule WHEN 'priority' THEN c.place WHEN 'earliest' THEN coalesce(c.seconds, {_LAST})
    WHEN 'longest' THEN -length(c.value) ELSE {_LATE} END AS k1,
  CASE c.rule WHEN 'priority' THEN {_LATE} WHEN 'longest' THEN {_LATE} ELSE c.place END AS k2,
  CASE c.rule WHEN 'earliest' THEN c.rid ELSE -c.rid END AS k3,
  CASE c.rule WHEN 'earliest' THEN c.part ELSE -c.part END AS k4
  FROM ruled c
), distinct_values AS (
  SELECT * FROM keyed QUALIFY row_number() OVER (PARTITION BY pno, field, same ORDER BY k1, k2, k3, k4, value) = 1
)
SELECT pno, field, value, import_id, source_row, seen, part, learnt,
row_number() OVER (PARTITION BY pno, field ORDER BY k1, k2, k3, k4, value) AS place
FROM distinct_values"""
"""Each distinct value of each field; that at place 1 survives. Case and blanks make no other value."""

_IN_COLUMNS = f"field IN ({', '.join(repr(name) for name in COLUMNS)})"
FACTS = f"""SELECT p.id, c.field, c.value, c.import_id, c.source_row, c.seen
FROM chosen c JOIN people p ON p.pno = c.pno WHERE p.pno BETWEEN $1 AND $2 AND c.place = 1
AND (NOT c.{_IN_COLUMNS} OR c.learnt OR (c.pno, c.field) IN (SELECT (pno, field) FROM chosen WHERE place = 2))
ORDER BY c.pno, c.field"""

CONFLICTS = """SELECT p.id, c.field, c.import_id, c.source_row, c.part, c.value, c.seen
FROM chosen c JOIN people p ON p.pno = c.pno WHERE p.pno BETWEEN $1 AND $2 AND c.place > 1
ORDER BY c.pno, c.field, c.place"""

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

IDENTITIES = f"""CREATE OR REPLACE TEMP TABLE held_ids AS
SELECT i.* EXCLUDE (rank), CASE WHEN d.reason IS NOT NULL THEN 'doubtful' WHEN i.rank < {_SUREST_ASSUMED} THEN 'sure'
ELSE 'assumed' END AS confidence, d.reason FROM (
  SELECT pno, kind, scope, value, arg_min(region, rid) AS region, arg_min(type, rid) AS type,
  arg_min(how, (rank, rid)) AS how, min(rank) AS rank, arg_min(import_id, rid) AS source,
  min(rid) & 1099511627775 AS source_row, min(seen) AS first, max(seen) AS last FROM ({_HELD}) m
  WHERE NOT EXISTS (SELECT 1 FROM learnt g WHERE g.replaced IS NOT NULL AND g.kind = m.kind AND g.scope = m.scope
  AND g.value = m.value AND m.seen > g.replaced)
  GROUP BY pno, kind, scope, value) i
LEFT JOIN doubts d ON i.kind = {_PHONE_KIND} AND d.pno = i.pno AND d.phone = i.value"""
"""Identifiers with what is surest of them. What was given up is not held by whom a later row names."""

IDENTITY_ROWS = f"""SELECT {list(KINDS)!r}[i.kind + 1] AS kind, i.scope, i.value AS lookup, p.id, i.value,
i.region, i.type, i.how, i.confidence, i.source, i.source_row, i.first, i.last, p.person
FROM held_ids i JOIN people p ON p.pno = i.pno
WHERE p.pno BETWEEN $1 AND $2"""
"""As a store keeps them that is not sealed, and the node of the person."""

NUMBERS = f"""CREATE OR REPLACE TEMP TABLE numbers AS WITH mine AS (
  SELECT l.*, h.pno FROM learnt l JOIN held h ON h.node = l.node
  WHERE l.kind = {_PHONE_KIND} AND h.pno BETWEEN $1 AND $2
), phones AS (
  SELECT i.pno, i.value, i.region, i.type, i.confidence, i.last, i.reason, 0 AS learnt FROM held_ids i
  ANTI JOIN (SELECT * FROM mine WHERE replaced IS NOT NULL) g ON g.pno = i.pno AND g.value = i.value
  WHERE i.kind = {_PHONE_KIND}
  UNION ALL
  SELECT m.pno, m.value, m.region, m.type, m.confidence, m.last_seen, d.reason, 1 FROM mine m
  LEFT JOIN doubts d ON d.pno = m.pno AND d.phone = m.value WHERE m.replaced IS NULL
)
SELECT pno, first(type ORDER BY {{order}}) AS type, first(region ORDER BY {{order}}) AS region,
nullif(concat_ws(',', CASE WHEN bool_or(contains(reason, 'long_gap')) THEN 'long_gap' END,
CASE WHEN bool_or(contains(reason, 'name_conflict')) THEN 'name_conflict' END), '') AS doubt
FROM phones GROUP BY pno""".format(
    order=f"(type IS NULL OR type NOT IN {_MESSAGED}),"
    " coalesce(list_position(['sure', 'assumed', 'doubtful'], confidence), 4),"
    " coalesce(last, '') DESC, value, learnt, region, type"
)
"""The number that would be messaged: a mobile, a sure one, the one seen last. A doubt of any is the person's."""

_CHOSEN = ", ".join(f"max(value) FILTER (field = '{name}') AS {name}" for name in (*COLUMNS, "country"))
PEOPLE = f"""SELECT p.id, c.name, c.first_name, c.last_name, c.language, coalesce(n.region, c.country), n.type, n.doubt,
m.first, m.inbound, m.outbound, m.whatsapp, s.pno IS NOT NULL FROM people p JOIN (
  SELECT pno, min(seen) AS first, max(occurred_at) FILTER (kind = 'message' AND direction = 'inbound') AS inbound,
  max(occurred_at) FILTER (kind = 'message' AND direction = 'outbound'
    AND coalesce(message_status, '') NOT IN ('failed', 'undelivered', 'rejected')) AS outbound,
  max(occurred_at) FILTER (kind = 'message' AND direction = 'inbound' AND channel = 'whatsapp') AS whatsapp
  FROM w GROUP BY pno) m ON m.pno = p.pno
LEFT JOIN (SELECT pno, {_CHOSEN} FROM chosen WHERE place = 1 AND ({_IN_COLUMNS} OR field = 'country') GROUP BY pno) c
  ON c.pno = p.pno
LEFT JOIN numbers n ON n.pno = p.pno
LEFT JOIN (SELECT DISTINCT pno FROM held WHERE NOT other AND pno BETWEEN $1 AND $2) s ON s.pno = p.pno
WHERE p.pno BETWEEN $1 AND $2 ORDER BY p.pno"""
"""Persons as they are written, and whether the store has them already. A message that was refused on its way is no
contact with the person."""

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

DOUBTS = "CREATE OR REPLACE TEMP TABLE doubts (pno BIGINT, phone VARCHAR, reason VARCHAR)"

CONSENT_COLUMNS = (
    "import_id", "source_row", "part", "kind", "phone_e164", "wa_id", "bsuid", "bsuid_scope", "viber_id", "viber_scope",
    "crm_id", "crm_scope", "email", "channel", "occurred_at", "language", "consent_action", "consent_purpose",
    "consent_basis", "consent_source", "consent_keyword", "consent_double", "consent_wording",
    "consent_names_business", "consent_names_whatsapp", "consent_proof", "consent_expires_at",
)  # fmt: skip

CONSENT = f"""SELECT p.id, {", ".join(CONSENT_COLUMNS)} FROM w JOIN people p ON p.pno = w.pno
WHERE consent_action IS NOT NULL OR consent_keyword IS NOT NULL OR kind = 'suppression' ORDER BY w.pno, w.rid, w.part"""

REFUSED_CONSENT = f"""SELECT {", ".join(CONSENT_COLUMNS)} FROM all_rows r
JOIN refused ON refused.rid = r.rid AND refused.reason = 'number_given_up'
WHERE consent_action IS NOT NULL OR consent_keyword IS NOT NULL OR kind = 'suppression' ORDER BY r.rid, part"""
"""What rows say that are nobody's: only whom they came from is not known."""
