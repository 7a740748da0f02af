"""The commands of `torg`. Each lives in a module of its own, imported only when it is called."""

from __future__ import annotations

from cyclopts import App, CycloptsError

from torg import __version__

__all__ = ["CycloptsError", "app"]

app = App(
    name="torg",
    version=__version__,
    help="An organisation's microblogging, inside and out. Settings: torg.toml and TORG_… (docs/settings.md).",
)
app.command("torg.cli.serve_command:serve", name="serve")
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
person.command("torg.cli.person:reset_second_factor", name="reset-second-factor")
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
