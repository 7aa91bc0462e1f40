"""HubSpot contacts: the CSV of an export, and pages of the API."""

from __future__ import annotations

from bascule.contacts.ingest.profile import Profile, fields
from bascule.contacts.rows import Kind


def _both(*names: str) -> tuple[str, ...]:
    """A property in the API's pages and in tables."""
    return tuple(name for one in names for name in (f"properties.{one}", one))


PROFILES = (
    Profile(
        name="hubspot-contacts",
        platform="hubspot",
        title="HubSpot contacts",
        kind=Kind.CONTACT,
        required=(
            ("recordid", "vid", "hsobjectid", "properties.hsobjectid", "properties.createdate"),
            (
                "phonenumber",
                "phone",
                "mobilephonenumber",
                "mobilephone",
                "properties.phone",
                "properties.mobilephone",
                "whatsappphonenumber",
                "properties.hswhatsappphonenumber",
                "email",
                "properties.email",
            ),
            (
                "lifecyclestage",
                "leadstatus",
                "contactowner",
                "createdate",
                "lastmodifieddate",
                "properties.lastmodifieddate",
                "properties.lifecyclestage",
                "properties.hsobjectid",
                "hsobjectid",
                "marketingcontactstatus",
            ),
        ),
        typical=("archived", "associatedcompany", "firstname", "lastname", "properties.firstname", "updatedat"),
        fields=fields(
            crm_id=("Record ID", *_both("hs_object_id"), "vid", "id"),
            phone_raw=(
                "WhatsApp Phone Number",
                *_both("hs_whatsapp_phone_number"),
                "Mobile Phone Number",
                *_both("mobilephone"),
                "Phone Number",
                *_both("phone"),
            ),
            email=("Email", *_both("email")),
            first_name=("First Name", *_both("firstname")),
            last_name=("Last Name", *_both("lastname")),
            language=("Preferred language", *_both("hs_language")),
            country=("Country/Region", *_both("country")),
            modified_at=("Last Modified Date", *_both("lastmodifieddate", "hs_lastmodifieddate"), "updatedAt"),
        ),
        source="https://developers.hubspot.com/docs/api/crm/contacts",
    ),
)
