"""The model of languages, unpacked once into files that all processes map: 51 MB, of which they read little.

In memory alone it takes 55 MB in each process and half a second. It is of py3langid, narrowed to the languages that
are guessed among; what is read in its place are NumPy's own files, without pickles.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from py3langid import langid, modelio

PARTS: Final = ("weights", "prior", "labels", "moves", "rows", "features")
MOVES: Final = 256
"""Next states of each state, one for each byte that may come."""

PLACES: Final = np.int32(-0x70002000)
"""Sign, exponent and fraction of a half float after a shift by 13: the sign's copies between them are left out."""
RIGHT: Final = np.float32(2.0**112)

FEATURES: Final = 1 << 32
"""More than there are features."""

NEW: Final = "new-"
GIVEN_UP: Final = 3600.0
"""Seconds after which what somebody began to make is nobody's any more."""


def load(languages: Sequence[str], folder: Path | None) -> Any:
    """An identifier (`classify(text)` → code, confidence), its arrays in files below `folder`, else in memory.

    Takes half a second and 150 MB the first time, a hundredth of a second later.
    """
    with contextlib.suppress(OSError, ValueError, EOFError):  # a full disk, a file cut short: then without files
        return _identifier(_mapped(languages, folder)) if folder is not None else _identifier(_parts(languages))
    return _identifier(_parts(languages))


def _parts(languages: Sequence[str]) -> dict[str, Any]:
    """The model as it comes, of these languages alone, as arrays."""
    weights, prior, labels, moves, rows, features = modelio.load_model(langid.MODEL_DIR / langid.MODEL_FILE)
    chosen = [column for column, label in enumerate(labels) if label in set(languages)]
    return {
        "weights": np.ascontiguousarray(weights[:, chosen]),
        "prior": prior[chosen],
        "labels": np.array([labels[column] for column in chosen]),
        "moves": np.frombuffer(moves, dtype=f"u{moves.itemsize}"),
        "rows": np.frombuffer(rows, dtype=f"u{rows.itemsize}").astype(np.uint32) * MOVES,
        "features": np.array(features, dtype=np.int32),
    }


def _mapped(languages: Sequence[str], folder: Path) -> dict[str, Any]:
    """The same from files, which are made if they are not there, whole or not at all."""
    what = f"py3langid {version('py3langid')} numpy {np.__version__} {' '.join(languages)}"
    here = folder / hashlib.sha256(what.encode()).hexdigest()[:16]
    if not here.is_dir():
        folder.mkdir(exist_ok=True)  # below a data folder that is there
        for old in folder.iterdir():  # of another version; who has mapped them keeps them until he ends
            if not old.name.startswith(NEW) or old.stat().st_mtime < time.time() - GIVEN_UP:
                shutil.rmtree(old, ignore_errors=True)
        made = Path(tempfile.mkdtemp(prefix=NEW, dir=folder))
        try:
            for name, part in _parts(languages).items():
                np.save(made / f"{name}.npy", part, allow_pickle=False)
            os.rename(made, here)  # noqa: PTH104 - fails where another process was faster, whose files are as good
        except OSError:
            if not here.is_dir():
                raise
        finally:
            shutil.rmtree(made, ignore_errors=True)
    try:
        return {name: np.load(here / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in PARTS}
    except (OSError, ValueError, EOFError):
        shutil.rmtree(here, ignore_errors=True)  # cut short: the next process makes them anew
        raise


class Widened:
    """A table of half floats whose rows are given as floats. Kept as floats, all of it would take 11 MB more.

    By integers, which processors do eight at a time: sign, exponent and fraction go to their places, and a product
    sets the exponent right, for numbers below the normal ones, too. NumPy's own way asks of each number what it is.
    """

    def __init__(self, table: Any) -> None:
        self.halves = table.view(np.int16)

    def __getitem__(self, rows: Any) -> Any:
        bits = self.halves.take(rows, axis=0).astype(np.int32)  # `take` is three times as fast
        bits <<= 13
        bits &= PLACES
        wide = bits.view(np.float32)
        wide *= RIGHT
        return wide


class Guesser(langid.LanguageIdentifier):  # type: ignore[misc]
    """py3langid's own, that can also look at many texts side by side, which costs less than half for each."""

    def classify_all(self, texts: Sequence[str]) -> list[tuple[str, float, float]]:
        """(code, confidence, confidence in the next best) of each text, as `classify` but for rounding.

        Where nothing is known of a text, both are 0. The automaton takes a step in all texts at a time, so they are to
        be of one length, more or less.
        """
        encoded = [self._encode(text) for text in texts]
        lengths = np.array([len(one) for one in encoded])
        of, features = self._met(encoded, lengths)
        met = of * FEATURES + features
        met.sort()
        first = np.flatnonzero(np.concatenate(([True], met[1:] != met[:-1])) if len(met) else [])
        counts = np.log1p(np.diff(np.append(first, len(met))).astype(np.float32))
        of, features = np.divmod(met[first], FEATURES)
        weights = self.nb_ptc[features]
        ends = np.searchsorted(of, np.arange(len(texts) + 1)).tolist()
        scores = np.empty((len(texts), len(self.nb_classes)), dtype=np.float32)
        for at, (start, end) in enumerate(pairwise(ends)):
            scores[at] = counts[start:end] @ weights[start:end]
        scores += self.nb_pc
        scores /= np.sqrt(np.maximum(lengths, 1)).astype(np.float32)[:, None]
        scores -= scores.max(axis=1)[:, None]
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1)[:, None]
        for label, again in self._alias_pairs:
            scores[:, label] += scores[:, again]
            scores[:, again] = 0.0
        best = scores.argmax(axis=1).tolist()
        two = np.partition(scores, -2, axis=1)[:, -2:].tolist()
        return [
            (self.nb_classes[label], high, low) if end > start else (self.nb_classes[label], 0.0, 0.0)
            for label, (low, high), (start, end) in zip(best, two, pairwise(ends), strict=True)
        ]

    def _met(self, encoded: Sequence[bytes], lengths: Any) -> tuple[Any, Any]:
        """(of which text, which feature), for each time that one is met."""
        longest = int(lengths.max())
        padded = b"".join([one.ljust(longest, b"\0") for one in encoded])
        letters = np.frombuffer(padded, np.uint8).reshape(-1, longest).T.astype(np.uint32)
        moves, rows = np.asarray(self.tk_nextmove), np.asarray(self._rowbase)
        states = np.zeros((longest + 1, len(encoded)), moves.dtype)
        for step in range(longest):
            states[step + 1] = moves.take(rows.take(states[step]) + letters[step])
        features = np.asarray(self.tk_output).take(states[1:].T)
        features[np.arange(longest) >= lengths[:, None]] = -1
        there = features >= 0
        return np.nonzero(there)[0], features[there]


def _identifier(parts: dict[str, Any]) -> Any:
    """The guesser, walking over the arrays as they are."""
    labels: list[str] = parts["labels"].tolist()
    found = Guesser(
        Widened(np.asarray(parts["weights"])), np.asarray(parts["prior"]), labels, memoryview(parts["moves"]),
        memoryview(parts["features"]), norm_probs=True, tk_row=(),
    )  # fmt: skip
    found._rowbase = memoryview(parts["rows"])
    return found
