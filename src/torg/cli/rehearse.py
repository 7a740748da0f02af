"""`torg rehearse`: a named load against a scratch copy of this installation, drawn and judged."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

import torg
from torg.cli.progress import shown
from torg.cli.say import say
from torg.kernel.config import load as settings_of
from torg.kernel.errors import Misused
from torg.rehearsal import drawing, tables
from torg.rehearsal.loads import LOADS, WITH_SOURCE, chosen
from torg.rehearsal.result import held
from torg.rehearsal.running import Rehearsal


def rehearse(
    name: str = "",
    /,
    *,
    minutes: float | None = None,
    rate: float | None = None,
    scale: float = 1.0,
    streams: int | None = None,
    p99: float | None = None,
    empty: Annotated[bool, Parameter(negative="")] = False,
    out: Path | None = None,
    serve: Annotated[str, Parameter(allow_leading_hyphen=True)] = "",
    json: bool = False,
) -> int:
    """Run a named load against a scratch copy of this installation; exit status 1 if its promise is broken.

    The copy has its own folder, database and port, nothing leaves it, and it is removed in the end. This
    installation is only read. Without a name: the loads that there are.

    Parameters
    ----------
    name
        election-2008, election-2012, ceiling, castle, gaga, reads, exodus or preview-herd (docs/scale.md).
    minutes
        How long the longest part of the load lasts, instead of its full time.
    rate
        Posts per second in that part; the other parts keep their proportion.
    scale
        Multiplies rates, people and streams: 0.1 is a tenth of the load.
    streams
        How many live streams are open.
    p99
        Promise this for a post's 99th percentile, in milliseconds, instead of the load's own.
    empty
        Copy nothing of this installation: the load's own people alone.
    out
        Folder for NAME.svg, NAME.csv and NAME.json. Default: rehearsals/ in the data folder.
    serve
        Options for the `torg serve` of the copy, in quotes.
    json
        Print one line of JSON instead of the table.
    """
    if not name:
        for load in LOADS.values():
            print(f"{load.name:14} {load.about}")
        for other, (about, *_) in WITH_SOURCE.items():
            print(f"{other:14} {about}")
        return 0
    settings = settings_of()
    place = out or settings.data / "rehearsals"
    if place.exists() and not place.is_dir():
        raise Misused(f"{place} is no folder. Choose another one: --out FOLDER")
    if name in WITH_SOURCE:
        return _from_source(name, scale, place)
    load = chosen(name, minutes=minutes, rate=rate, scale=scale, streams=streams, p99=p99)
    with shown(f"{name}: second") as told:
        run = Rehearsal(settings, load, empty=empty, more=tuple(serve.split()), say=say, told=told)
        result = asyncio.run(run.run())
    place.mkdir(parents=True, exist_ok=True)
    for ending, content in (
        ("svg", drawing.picture(result).encode()),
        ("csv", tables.as_csv(result).encode()),
        ("json", tables.as_json(result)),
    ):
        (place / f"{name}.{ending}").write_bytes(content)
    print(tables.summary(result) if json else tables.text(result))
    say(f"Picture and figures: {place / name}.svg, .csv, .json")
    return 0 if held(result) else 1


def _from_source(name: str, scale: float, place: Path) -> int:
    """Run a load that lies beside the package: it makes a database and the servers of others for itself."""
    _, module, option, size = WITH_SOURCE[name]
    root = Path(torg.__file__).parents[2]
    if not (root / module.replace(".", "/")).with_suffix(".py").exists():
        raise Misused(f"The load {name} comes with Torg's source: run it in a checkout.")
    ours = {key: value for key, value in os.environ.items() if not key.startswith("TORG_")}
    path = os.pathsep.join((str(root), str(root / "src")))
    arguments = [sys.executable, "-m", module, option, str(max(1, round(size * scale)))]
    arguments += ["--out", str(place.absolute())]
    return subprocess.run(arguments, env={**ours, "PYTHONPATH": path}, check=False).returncode
