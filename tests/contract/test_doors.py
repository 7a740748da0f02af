"""Doors in the wall, found by reading the source: who may see two networks at once, and who sees them all.

A line that is added here is a decision about the wall, and wants the tests that go with it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "torg"
EDGES = ("mastodon_api", "oauth", "web", "admin_api", "http")

#: Modules whose transactions see several networks, and why they may.
SEVERAL = {
    "engine/postgres.py": "says the scope to PostgreSQL",
    "bridge/crossing.py": "the doors: a proven member of the inside, both sides in one transaction",
    "joining/reads.py": "a person's own networks side by side",
    "directory/actions.py": "one's own profile, copied into one's own faces",
    "cli/org_domain.py": "the operator; no network at all",
}
#: Edges with a transaction over all tenants.
ALL_TENANTS: dict[str, str] = {}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield str(path.relative_to(SOURCE)), ast.parse(path.read_text("utf-8"))


def sees_several(tree: ast.Module) -> bool:
    """Whether a scope of other than exactly one network is made, or the setting is spoken to past the scope."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Scope":
            networks = node.args[1] if len(node.args) > 1 else None
            if not isinstance(networks, ast.Tuple) or len(networks.elts) != 1:
                return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "'torg.networks'" in node.value:
            return True
    return False


def sees_all(tree: ast.Module) -> bool:
    """Whether a system transaction is opened."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "system"
        and not node.args
        for node in ast.walk(tree)
    )  # fmt: skip


def test_only_doors_see_two_networks_at_once() -> None:
    assert {place for place, tree in modules() if sees_several(tree)} == set(SEVERAL)


def test_no_edge_sees_all_tenants() -> None:
    found = {place for place, tree in modules() if place.startswith(EDGES) and sees_all(tree)}
    assert found == set(ALL_TENANTS)


def test_the_reading_finds_what_it_looks_for() -> None:
    assert sees_several(ast.parse("tx = db.tx(Scope(org, (one, two)))"))
    assert sees_several(ast.parse("tx = db.tx(Scope(org, tuple(ids)))"))
    assert sees_several(ast.parse("""await tx.run("SELECT set_config('torg.networks', '{1}', true)")"""))
    assert not sees_several(ast.parse("tx = db.tx(Scope(org, (one,), viewer=me))"))
    assert sees_all(ast.parse("async def f(db):\n    async with db.system() as tx:\n        pass"))
