"""`--token-file`: authors and their access tokens, for a server whose database is out of reach."""

from __future__ import annotations

import json
from pathlib import Path

from torg.cli.replaying import EVERYONE
from torg.imports.handles import fold
from torg.kernel.errors import Misused


def read_tokens(path: Path) -> dict[str, str]:
    """A token file: `{"anna": "…"}`, or lines of `anna …` with a space, tab, comma or = between."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Misused(f"--token-file {path} cannot be read: {error}") from error
    if text.lstrip().startswith("{"):
        try:
            entries = json.loads(text)
        except ValueError as error:
            raise Misused(f"--token-file {path} is not JSON: {error}") from error
        pairs = [(str(author), str(token)) for author, token in entries.items()]
    else:
        pairs = []
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip():
                continue
            parts = line.strip().replace(",", " ").replace("=", " ").split()
            if len(parts) < 2:
                raise Misused(f"--token-file {path}, line {number}: an author and a token, with a space between")
            pairs.append((" ".join(parts[:-1]), parts[-1]))
    if not pairs:
        raise Misused(f"--token-file {path} holds no token")
    return {author if author == EVERYONE else fold(author): token for author, token in pairs}
