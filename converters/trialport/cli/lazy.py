"""A group of verbs that imports a verb only when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

import click


class LazyGroup(click.Group):
    """A group that knows its verbs by name and one line of help.

    Help lists the lines given here, so that showing it imports no verb.
    """

    verbs: Mapping[str, str] = MappingProxyType({})
    """The line of help of each verb."""

    modules = "trialport.cli."
    """What stands before the name of a verb in the name of its module."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order of the work."""
        del ctx
        return list(self.verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb; what is not known is answered with the nearest name."""
        if cmd_name in self.verbs:
            module = import_module(self.modules + cmd_name.replace("-", "_"))
            command: click.Command = module.command
            return command
        if not ctx.resilient_parsing and not cmd_name.startswith("-"):
            ctx.fail(_unknown(cmd_name, self.verbs))
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs with their lines, without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(self.verbs.items()))


def _unknown(name: str, verbs: Mapping[str, object]) -> str:
    # Imported here because a command line without a slip has no use for it.
    from trialport.diagnostics import did_you_mean

    remedy = did_you_mean(name, verbs)
    return f"there is no command '{name}'" + (f"; {remedy}" if remedy else "")
