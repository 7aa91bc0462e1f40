"""What the Cloud API takes, for every provider that passes Meta's own bodies on (not a target itself)."""

from bascule.backends.cloud.bindings import bindings_data
from bascule.backends.cloud.bodies import ArtefactInvalid, CloudBodies, SendBody, TemplateBody, cloud_bodies, reply_ids
from bascule.backends.cloud.send import template_send

__all__ = [
    "ArtefactInvalid",
    "CloudBodies",
    "SendBody",
    "TemplateBody",
    "bindings_data",
    "cloud_bodies",
    "reply_ids",
    "template_send",
]
