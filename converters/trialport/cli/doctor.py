"""`trialport doctor`: whether trialport can work here."""

from __future__ import annotations

import click

from trialport.cli.options import example, json_option, quiet_option


@click.command("doctor", epilog=example("trialport doctor --json"))
@json_option
@quiet_option
@click.pass_context
def command(ctx: click.Context, *, as_json: bool) -> None:
    """Check this environment: Python, libraries, shipped data, room to write.

    One line for each thing that was looked at: ok, note (something optional is not there) or error,
    with what to do. The exit code is 1 where there is an error. Nothing is changed, and no
    network is used.
    """
    from trialport import __version__
    from trialport.cli.root import DONE, WITH_ERRORS
    from trialport.cli.show import emit, json_text, note, table
    from trialport.pipeline import doctor

    found = doctor()
    errors = sum(each.state == "error" for each in found)
    if as_json:
        checks = [each.to_json() for each in found]
        emit(json_text({"trialport": __version__, "errors": errors, "checks": checks}))
    else:
        lines = [
            (each.state, each.name, "; ".join(filter(None, (each.found, each.remedy))))
            for each in found
        ]
        emit(table(["state", "what", "found"], lines))
    note(f"{errors} error{'s' * (errors != 1)}")
    ctx.exit(WITH_ERRORS if errors else DONE)
