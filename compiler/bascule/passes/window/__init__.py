"""The customer service window, proved per flow: for each send, may free-form text go there?

For every node and every way into its flow the analysis computes the interval of seconds since the
user last wrote (DESIGN §5, docs/window.md). What a flow does to the clock is a pair *(reset to R, add A)*
per node, found once, whoever starts it (``solve``) on the flow unfolded by its counters (``unfold``,
``counters``). Subflows are summarised by the pair of running them to their end (``calls``), which is applied at
each call site to what the caller knows, so that a caller gets back only its own clock.

Source of the rule: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

from bascule.passes.window.analysis import analyse_window
from bascule.passes.window.report import Arrival, Verdict, WindowReport
from bascule.passes.window.steps import FAILURE_BOUND, HTTP_BOUND, edge_effect, sends

__all__ = [
    "FAILURE_BOUND",
    "HTTP_BOUND",
    "Arrival",
    "Verdict",
    "WindowReport",
    "analyse_window",
    "edge_effect",
    "sends",
]
