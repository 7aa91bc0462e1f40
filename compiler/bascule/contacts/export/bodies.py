"""Bodies of requests that create or update contacts, as their APIs document them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from bascule.contacts.export.fields import FIELDS
from bascule.contacts.export.profiles import ExportProfile
from bascule.contacts.people import Person

__all__ = ["BODIES", "JOBS"]


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty: an empty value would delete what the platform has."""
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}


def _get(person: Person, *names: str) -> dict[str, str]:
    return {name: FIELDS[name](person) for name in names}


def infobip(people: Sequence[Person]) -> dict[str, Any]:
    """``POST /people/2/persons/batch``. https://www.infobip.com/docs/api/customer-engagement/people"""
    return {
        "people": [
            _kept(
                {
                    "externalId": person.id,
                    "firstName": FIELDS["first_name"](person),
                    "lastName": FIELDS["last_name"](person),
                    "preferredLanguage": FIELDS["language"](person),
                    "tags": [tag for tag in FIELDS["tags"](person).split(";") if tag],
                    "contactInformation": _kept(
                        {
                            "phone": [{"number": value.lstrip("+")} for value in person.values("phone")],
                            "email": [{"address": value} for value in [FIELDS["email"](person)] if value],
                        }
                    ),
                    "customAttributes": _kept(
                        _get(person, "whatsapp_status", "whatsapp_consent", "whatsapp_consent_at", "action")
                    ),
                }
            )
            for person in people
        ]
    }


def bird(people: Sequence[Person]) -> dict[str, Any]:
    """Batch upsert of the 2026 contacts API. https://bird.com/docs"""
    return {
        "match_on": "external_id",
        "data_mode": "merge",
        "contacts": [
            _kept(
                {
                    "external_id": person.id,
                    "phone_number": FIELDS["phone"](person),
                    "email": FIELDS["email"](person)[:254],
                    "first_name": FIELDS["first_name"](person)[:100],
                    "last_name": FIELDS["last_name"](person)[:100],
                    "data": _kept(
                        _get(person, "language", "whatsapp_status", "whatsapp_consent", "whatsapp_consent_at", "action")
                    ),
                }
            )
            for person in people
        ],
    }


def hubspot(people: Sequence[Person]) -> dict[str, Any]:
    """``POST /crm/v3/objects/contacts/batch/upsert``, by a custom unique property: phones are not unique there."""
    return {
        "inputs": [
            {
                "id": person.id,
                "idProperty": "bascule_contact_key",
                "properties": _kept(
                    {
                        "bascule_contact_key": person.id,
                        "firstname": FIELDS["first_name"](person),
                        "lastname": FIELDS["last_name"](person),
                        "email": FIELDS["email"](person),
                        "phone": FIELDS["phone"](person),
                        "mobilephone": FIELDS["phone"](person),
                        "hs_whatsapp_phone_number": FIELDS["phone"](person),
                        "hs_language": FIELDS["language"](person),
                        "whatsapp_status": FIELDS["whatsapp_status"](person),
                        "whatsapp_consent": FIELDS["whatsapp_consent"](person),
                    }
                ),
            }
            for person in people
        ]
    }


BODIES: dict[str, Callable[[Sequence[Person]], dict[str, Any]]] = {"infobip": infobip, "bird": bird, "hubspot": hubspot}


def _hubspot_job(profile: ExportProfile, files: Sequence[str]) -> str:
    """The `importRequest` of a HubSpot file import. Custom properties must exist there first."""
    known = {
        "First Name": "firstname", "Last Name": "lastname", "Email": "email", "Phone Number": "phone",
        "Mobile Phone Number": "mobilephone", "WhatsApp Phone Number": "hs_whatsapp_phone_number",
        "Preferred Language": "hs_language", "Country/Region": "country",
    }  # fmt: skip
    mappings = [
        {
            "columnObjectTypeId": "0-1",
            "columnName": header,
            "propertyName": known.get(header, header.lower().replace(" ", "_")),
        }
        | ({"columnType": "HUBSPOT_ALTERNATE_ID"} if header == "Bascule Contact Key" else {})
        for header, _ in profile.columns
    ]
    request = {
        "name": "bascule contacts",
        "importOperations": {"0-1": "UPSERT"},
        "dateFormat": "YEAR_MONTH_DAY",
        "files": [
            {
                "fileName": name,
                "fileFormat": "CSV",
                "fileImportPage": {"hasHeader": True, "columnMappings": mappings},
            }
            for name in files
        ],
    }
    return json.dumps(request, ensure_ascii=False, indent=2) + "\n"


def _salesforce_job(profile: ExportProfile, files: Sequence[str]) -> str:
    """Bulk API 2.0: one job per file, in order. Custom fields must exist there first."""
    job = {
        "object": "Contact",
        "operation": "upsert",
        "externalIdFieldName": "Bascule_Key__c",
        "contentType": "CSV",
        "lineEnding": "LF",
        "columnDelimiter": "COMMA",
    }
    steps = [
        {
            "file": name,
            "requests": [
                {"method": "POST", "path": "/services/data/vXX.X/jobs/ingest", "body": job},
                {"method": "PUT", "path": "{contentUrl}", "contentType": "text/csv", "body": name},
                {
                    "method": "PATCH",
                    "path": "/services/data/vXX.X/jobs/ingest/{id}",
                    "body": {"state": "UploadComplete"},
                },
                {"method": "GET", "path": "/services/data/vXX.X/jobs/ingest/{id}", "until": "JobComplete"},
                {"method": "GET", "path": "/services/data/vXX.X/jobs/ingest/{id}/failedResults"},
            ],
        }
        for name in files
    ]
    return json.dumps({"jobs": steps}, ensure_ascii=False, indent=2) + "\n"


JOBS: dict[str, tuple[str, Callable[[ExportProfile, Sequence[str]], str]]] = {
    "hubspot": ("importRequest.json", _hubspot_job),
    "salesforce": ("jobs.json", _salesforce_job),
}
"""What goes along with the files of a profile: its name and how it is made."""
