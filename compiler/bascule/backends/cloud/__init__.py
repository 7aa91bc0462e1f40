"""What the Cloud API takes, for every provider that passes Meta's own bodies on (not a target itself)."""

from bascule.backends.cloud.bindings import bindings_data
from bascule.backends.cloud.bodies import ArtefactInvalid, CloudBodies, SendBody, TemplateBody, cloud_bodies, reply_ids
from bascule.backends.cloud.send import template_send
from bascule.backends.cloud.written import ParametersRenumbered, as_written, renumbered

__all__ = [
    "ArtefactInvalid",
    "CloudBodies",
    "ParametersRenumbered",
    "SendBody",
    "TemplateBody",
    "as_written",
    "bindings_data",
    "cloud_bodies",
    "renumbered",
    "reply_ids",
    "template_send",
]
