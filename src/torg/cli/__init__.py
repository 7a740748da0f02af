"""The command `torg`. Each command lives in a module of its own, imported only when it is called."""

from __future__ import annotations

import errno
import gc
import json as json_format
import sys

from cyclopts import App, CycloptsError

from torg import __version__
from torg.engine.postgres import DatabaseError, trouble
from torg.kernel.errors import TorgError

DISK = {
    errno.ENOSPC: "The disk is full: make room and try again.",
    errno.EROFS: "The disk can only be read: choose another data folder (TORG_DATA).",
    errno.EACCES: "This user may not write there: choose another data folder (TORG_DATA) or mend its rights.",
}

NEW_OBJECTS = 20_000
"""After how many a collection begins. Python's 700 would look at all the modules again and again while they come in."""

app = App(
    name="torg",
    version=__version__,
    help="An organisation's microblogging, inside and out. Settings: torg.toml and TORG_… (docs/settings.md).",
)
app.command("torg.cli.serve:serve", name="serve")
app.command("torg.cli.setup:setup", name="setup")
app.command("torg.cli.migrate:migrate", name="migrate")
app.command("torg.cli.doctor:doctor", name="doctor")
app.command("torg.cli.import_:import_", name="import")
app.command("torg.cli.replay:replay", name="replay")
app.command("torg.cli.rehearse:rehearse", name="rehearse")
app.command("torg.cli.token:token", name="token")
app.command("torg.cli.invite:invite", name="invite")
app.command("torg.cli.announce:announce", name="announce")

org = App(name="org", help="Organisations, the tenants of this installation.")
org.command("torg.cli.org:add", name="add")
org_domain = App(name="domain", help="Domains by whose e-mail addresses people join the inside.")
org_domain.command("torg.cli.org_domain:add", name="add")
org_domain.command("torg.cli.org_domain:list_", name="list")
org_domain.command("torg.cli.org_domain:verify", name="verify")
org_domain.command("torg.cli.org_domain:remove", name="remove")
org.command(org_domain)
app.command(org)

network = App(name="network", help="Networks: places to post, each with its own host name.")
network.command("torg.cli.network:add", name="add")
network.command("torg.cli.network:set_", name="set")
app.command(network)

person = App(name="person", help="Persons, who log in.")
person.command("torg.cli.person:add", name="add")
person.command("torg.cli.person:remove", name="remove")
app.command(person)

key = App(name="key", help="Keys that accounts and networks sign with to other servers.")
key.command("torg.cli.key:rotate", name="rotate")
app.command(key)

digest = App(name="digest", help="Mails about what somebody missed.")
digest.command("torg.cli.digest:preview", name="preview")
app.command(digest)

emoji = App(name="emoji", help="Pictures of a network's own, written as :shortcode:.")
emoji.command("torg.cli.emoji:add", name="add")
app.command(emoji)

rule = App(name="rule", help="Rules of the house.")
rule.command("torg.cli.rule:add", name="add")
app.command(rule)

retention = App(name="retention", help="How long things stay: what would go, and letting it go.")
retention.command("torg.cli.retention:preview", name="preview")
retention.command("torg.cli.retention:run", name="run")
app.command(retention)

blocks = App(name="blocks", help="Lists of servers that a network keeps out.")
blocks.command("torg.cli.blocks:import_", name="import")
blocks.command("torg.cli.blocks:export", name="export")
blocks.command("torg.cli.blocks:subscribe", name="subscribe")
app.command(blocks)

media = App(name="media", help="Copies of other servers' files.")
media.command("torg.cli.media:usage", name="usage")
media.command("torg.cli.media:prune", name="prune")
app.command(media)

deliveries = App(name="deliveries", help="What is on its way to other servers, and what was given up.")
deliveries.command("torg.cli.deliveries:list_", name="list")
deliveries.command("torg.cli.deliveries:retry", name="retry")
deliveries.command("torg.cli.deliveries:drop", name="drop")
deliveries.command("torg.cli.deliveries:try_", name="try")
app.command(deliveries)

surge = App(name="surge", help="What is shed under load, and an operator's word on it.")
surge.command("torg.cli.surge:status", name="status")
surge.command("torg.cli.surge:hold", name="hold")
surge.command("torg.cli.surge:release", name="release")
app.command(surge)

compliance = App(name="compliance", help="A whole network as files with a manifest of hashes.")
compliance.command("torg.cli.compliance:export", name="export")
compliance.command("torg.cli.compliance:verify", name="verify")
app.command(compliance)


def main(arguments: list[str] | None = None) -> None:
    """Run a command. Exit status 0: done, 1: failed, 2: used wrongly; what to do is said on stderr."""
    given = sys.argv[1:] if arguments is None else arguments
    gc.set_threshold(NEW_OBJECTS, 10, 10)
    try:
        status = app(given, exit_on_error=False)
    except TorgError as error:
        _complain(error.text, as_json="--json" in given)
        raise SystemExit(2 if error.status < 500 else 1) from None
    except CycloptsError:
        raise SystemExit(2) from None
    except DatabaseError as error:
        _complain(trouble(error), as_json="--json" in given)
        raise SystemExit(1) from None
    except OSError as error:
        if error.errno not in DISK:
            raise
        _complain(f"{error.strerror}: {error.filename or 'the disk'}. {DISK[error.errno]}", as_json="--json" in given)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    raise SystemExit(status if isinstance(status, int) else 0)


def _complain(text: str, *, as_json: bool) -> None:
    if as_json:
        print(json_format.dumps({"error": text}))
    print(f"torg: {text}", file=sys.stderr)
