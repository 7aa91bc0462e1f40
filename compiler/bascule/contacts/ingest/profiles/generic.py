"""Tables that no platform is known by: columns are found by their names in several languages (``synonyms``)."""

from __future__ import annotations

from bascule.contacts.ingest.names import plain
from bascule.contacts.ingest.profile import Log, Profile
from bascule.contacts.ingest.synonyms import synonym_fields
from bascule.contacts.rows import Kind


def _plain(names: str) -> tuple[str, ...]:
    return tuple(plain(name) for name in names.split("|"))


_SENDER = _plain(
    "from | sender | from number | originator | source | de | expéditeur | émetteur | remitente | remetente | von "
    "| absender | mittente | da | от | отправитель | المرسل | प्रेषक"
)
_RECIPIENT = _plain(
    "to | recipient | to number | destination | à | destinataire | destinatario | destinatário | para | an | empfänger "
    "| a | кому | получатель | المستلم | प्राप्तकर्ता"
)
_DIRECTION = _plain("direction | sens | dirección | direção | richtung | direzione | направление | message direction")
_BODY = _plain(
    "body | text | message | content | texte | contenu | message body | texto | mensaje | mensagem | nachricht | testo "
    "| messaggio | текст | сообщение | نص | الرسالة | संदेश"
)

PROFILES = (
    Profile(
        name="generic",
        platform="generic",
        title="any table of people",
        kind=Kind.CONTACT,
        required=(),
        fields=synonym_fields(),
        source="docs/contacts/import.md",
    ),
    Profile(
        name="generic-messages",
        platform="generic",
        title="any message log with sender, recipient and direction",
        kind=Kind.MESSAGE,
        required=(_SENDER, _RECIPIENT, _DIRECTION),
        fields=synonym_fields(messages=True),
        log=Log(
            sender=_SENDER,
            recipient=_RECIPIENT,
            body=_BODY,
        ),
        source="docs/contacts/import.md",
    ),
)
