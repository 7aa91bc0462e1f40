"""Salesforce: contacts and leads by their API names (Data Loader, Bulk API) or by a report's labels."""

from __future__ import annotations

from bascule.contacts.ingest.profile import Profile, fields
from bascule.contacts.rows import Kind

PROFILES = (
    Profile(
        name="salesforce-contacts",
        platform="salesforce",
        title="Salesforce contacts or leads",
        kind=Kind.CONTACT,
        required=(
            ("id", "contactid", "leadid"),
            ("mobilephone", "phone", "homephone", "otherphone", "mobile", "email"),
            (
                "accountid",
                "mailingcountry",
                "mailingcountrycode",
                "hasoptedoutofemail",
                "systemmodstamp",
                "lastmodifieddate",
                "isconverted",
                "ownerid",
                "accountname",
                "attributes.type",
            ),
            ("lastname", "name"),
        ),
        typical=("firstname", "createddate", "leadsource", "donotcall", "hasoptedoutoffax", "isdeleted"),
        foreign=("recordid", "hsobjectid"),
        fields=fields(
            crm_id=("Id", "Contact ID", "Lead ID"),
            phone_raw=("MobilePhone", "Mobile", "Phone", "HomePhone", "OtherPhone", "AssistantPhone"),
            email="Email",
            first_name="FirstName",
            last_name="LastName",
            name="Name",
            country=("MailingCountryCode", "CountryCode", "MailingCountry", "Country"),
            modified_at=("LastModifiedDate", "SystemModstamp"),
        ),
        source="https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/",
    ),
    Profile(
        name="salesforce-consents",
        platform="salesforce",
        title="Salesforce contact point consents",
        kind=Kind.CONSENT,
        required=(("privacyconsentstatus",), ("capturedate", "effectivefrom"), ("contactpointid", "name", "partyid")),
        typical=("capturecontactpointtype", "capturesource", "doubleconsentcapturedate", "engagementchanneltypeid"),
        fields=fields(
            phone_raw=("ContactPoint.TelephoneNumber", "TelephoneNumber", "Phone"),
            crm_id=("PartyId", "IndividualId", "ContactId"),
            consent_action="PrivacyConsentStatus",
            consent_source="CaptureSource",
            occurred_at=("CaptureDate", "EffectiveFrom"),
            consent_expires_at="EffectiveTo",
            channel="EngagementChannelType.Name",
        ),
        source="https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/",
    ),
)
