"""Sending FHIR resources to a server: looked through, in Bundles, with a journal.

The extra `push` is needed for the server; nothing heavy is imported before `push` is called.
"""

from __future__ import annotations

from trialport.push.output import Output, open_output
from trialport.push.run import Pushed, Settings, push

__all__ = ["Output", "Pushed", "Settings", "open_output", "push"]
