"""The installation's settings: one table, read from `torg.toml` and `TORG_…` variables (which win), checked at start.

`python -m torg.kernel.config` prints the reference page docs/settings.md.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import sys
import tomllib
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from torg.kernel import pressures
from torg.kernel.errors import Misused

PREFIX = "TORG_"
CONFIG_VARIABLE = "TORG_CONFIG"
# For tests and internal use, no settings of an installation
RESERVED = frozenset({CONFIG_VARIABLE, "TORG_TEST_UNSAFE_FSYNC"})
RESERVED_PREFIX = "TORG_TEST_"


class Registration(StrEnum):
    """Who may make an account in a public network."""

    OPEN = "open"
    APPROVAL = "approval"
    CLOSED = "closed"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of one installation. What each means is said in SETTINGS below."""

    data: Path = Path("data")
    bind: str = "127.0.0.1:8000"
    database_url: str | None = None
    replica_url: str | None = None
    postgres: str = "auto"
    nats_url: str | None = None
    valkey_url: str | None = None
    public_scheme: str = "http"
    tls_cert: Path | None = None
    tls_key: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    registration: Registration = Registration.OPEN
    confirm_email: bool = False
    smtp_url: str | None = None
    mail_from: str = "torg@localhost"
    rate_limits: bool = True
    kept_mb: int = 32
    remembered_mb: int = 64
    max_image_mb: int = 16
    max_video_mb: int = 99
    fetch_allow: tuple[str, ...] = ()
    ca_file: Path | None = None
    outside: bool = True
    vapid_contact: str = "mailto:torg@localhost"
    surge: bool = True
    surge_at: Mapping[str, pressures.Steps] = msgspec.field(default_factory=lambda: pressures.STEPS)
    surge_rise: int = 6
    surge_fall: int = 30
    log_level: str = "info"

    @property
    def scheme(self) -> str:
        """The scheme that people's addresses have: https also when Torg itself speaks TLS."""
        return "https" if self.tls_cert is not None else self.public_scheme

    @property
    def host(self) -> str:
        """The address part of `bind`, without brackets."""
        return self.bind.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port part of `bind`."""
        return int(self.bind.rpartition(":")[2])


class Setting(msgspec.Struct, frozen=True):
    """One row of the reference: `read` turns a text (or a TOML value) into the field's value, or raises ValueError."""

    name: str
    read: Callable[[Any], Any]
    form: str
    doc: str

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text that is not empty")
    return value.strip()


def _switch(value: Any) -> bool:
    word = str(value).strip().lower()
    if word in ("on", "true", "1", "yes"):
        return True
    if word in ("off", "false", "0", "no"):
        return False
    raise ValueError("on or off")


def _one_of(*words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        word = str(value).strip().lower()
        if word not in words:
            raise ValueError("one of " + ", ".join(words))
        return word

    return read


def _bind(value: Any) -> str:
    text = _text(value)
    host, _, port = text.rpartition(":")
    if not port.isascii() or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError("an address and a port, such as 127.0.0.1:8000 or [::1]:8000")
    return f"{host or '0.0.0.0'}:{port}"  # noqa: S104 - asked for by leaving the address out


def _file(value: Any) -> Path:
    path = Path(_text(value)).expanduser()
    if not path.is_file():
        raise ValueError(f"the path of a file that exists; there is none at {path}")
    return path


def _folder(value: Any) -> Path:
    path = Path(_text(value)).expanduser()
    if path.exists() and not path.is_dir():
        raise ValueError(f"the path of a folder; {path} is a file")
    return path


def _ranges(value: Any) -> tuple[str, ...]:
    entries = value if isinstance(value, list) else str(value).replace(",", " ").split()
    try:
        return tuple(str(ipaddress.ip_network(str(entry).strip(), strict=False)) for entry in entries)
    except ValueError:
        raise ValueError("address ranges with commas between them, such as 10.0.0.0/8,::1") from None


def _url(*schemes: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = _text(value)
        if urlsplit(text).scheme.lower() not in schemes:
            raise ValueError("a URL that begins with " + " or ".join(f"{scheme}:" for scheme in schemes))
        return text

    return read


def _megabytes(value: Any) -> int:
    text = str(value).strip()
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 10_000:
        raise ValueError("a number of megabytes from 1 to 10000")
    return int(text)


def _seconds(value: Any) -> int:
    text = str(value).strip()
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 3600:
        raise ValueError("a number of seconds from 1 to 3600")
    return int(text)


def _memory(value: Any) -> int:
    text = str(value).strip()
    if not text.isascii() or not text.isdigit() or int(text) > 10_000:
        raise ValueError("a number of megabytes from 0 to 10000")
    return int(text)


def _registration(value: Any) -> Registration:
    return Registration(_one_of(*Registration)(value))


def _address(value: Any) -> str:
    text = _text(value)
    if "@" not in text or "\n" in text or "\r" in text:
        raise ValueError("an e-mail address, such as torg@acme.example or Torg <torg@acme.example>")
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting("data", _folder, "folder", "Where everything is kept: the database, uploaded files, keys, `torg.toml`."),
    Setting("bind", _bind, "address:port", "Where `torg serve` listens. `:8000` means every address of the machine."),
    Setting(
        "database_url",
        _url("postgresql", "postgres"),
        "URL",
        "A PostgreSQL (15 or later) of your own. Without it Torg runs its own in the data folder.",
    ),
    Setting(
        "replica_url",
        _url("postgresql", "postgres"),
        "URL",
        "A streaming replica of that PostgreSQL. Searches, lists of people and the like are read there while it has "
        "everything that the reader must see.",
    ),
    Setting(
        "postgres",
        _one_of("auto", "system", "wheel"),
        "auto · system · wheel",
        "Which PostgreSQL binaries Torg runs when there is no `database_url`: the machine's if there are any "
        "(`auto`), only the machine's, or only the ones that come with Torg.",
    ),
    Setting(
        "nats_url",
        _url("nats", "tls", "ws", "wss"),
        "URL",
        "A NATS server that tells the processes of several machines of new events. Without it each listens at the "
        "database, which is enough for a few.",
    ),
    Setting(
        "valkey_url",
        _url("valkey", "valkeys", "redis", "rediss", "unix"),
        "URL",
        "A Valkey server that counts the rate limits of several machines together. Without it each machine counts "
        "for itself.",
    ),
    Setting(
        "public_scheme",
        _one_of("http", "https"),
        "http · https",
        "The scheme of the addresses that people see. Say `https` behind a proxy that does TLS; with `tls_cert` "
        "it is https anyway.",
    ),
    Setting("tls_cert", _file, "file", "Certificate chain (PEM), for `torg serve` to speak TLS itself."),
    Setting("tls_key", _file, "file", "The private key (PEM) of `tls_cert`."),
    Setting(
        "trusted_proxies",
        _ranges,
        "address ranges",
        "Proxies whose X-Forwarded-For, X-Forwarded-Host and X-Forwarded-Proto are believed. Nobody else's are.",
    ),
    Setting(
        "registration",
        _registration,
        "open · approval · closed",
        "Who may make an account in a public network. A network's own setting can only be stricter.",
    ),
    Setting(
        "confirm_email",
        _switch,
        "on · off",
        "Whether a new account must follow a link in a mail first. On when `smtp_url` is set, else off.",
    ),
    Setting(
        "smtp_url",
        _url("smtp", "smtps", "smtp+starttls"),
        "URL",
        "The mail server: `smtp://user:password@host:587`, `smtps://…:465`. Without it no mail is sent.",
    ),
    Setting("mail_from", _address, "e-mail address", "The sender of mails."),
    Setting("rate_limits", _switch, "on · off", "Mastodon's rate limits (300 calls in 5 minutes and the rest)."),
    Setting(
        "kept_mb",
        _megabytes,
        "megabytes",
        "How much memory each serving process may use for posts and accounts that it keeps once they are read.",
    ),
    Setting(
        "remembered_mb",
        _memory,
        "megabytes",
        "The most memory that each process takes for answers that it gives again while nothing changed; 0: none are.",
    ),
    Setting("max_image_mb", _megabytes, "megabytes", "The largest image that may be uploaded."),
    Setting("max_video_mb", _megabytes, "megabytes", "The largest video or sound that may be uploaded."),
    Setting(
        "fetch_allow",
        _ranges,
        "address ranges",
        "Private addresses that Torg may fetch from and push to, otherwise refused. For tests and closed nets.",
    ),
    Setting(
        "outside",
        _switch,
        "on · off",
        "Off: nothing leaves this installation. No page is fetched, nothing delivered or pushed to other servers, "
        "mails are written into the data folder. For copies to try things on; `torg rehearse` has it off.",
    ),
    Setting("ca_file", _file, "file", "Certificate authorities (PEM) to believe besides the usual, when fetching."),
    Setting(
        "vapid_contact",
        _url("mailto", "https"),
        "mailto: or https: URL",
        "Whom push services may contact about our notifications (RFC 8292).",
    ),
    Setting(
        "surge",
        _switch,
        "on · off",
        "Whether the installation sheds load by itself when it is under pressure (docs/surge.md). Off: only what an "
        "operator holds with `torg surge hold`.",
    ),
    Setting(
        "surge_at",
        pressures.read,
        "name=1/2/3/4 …",
        "From which figures on counts, link cards, search and streams are shed; names that are left out keep their "
        "steps, 0 never leads there.",
    ),
    Setting("surge_rise", _seconds, "seconds", "For how long a figure must be that high before the ladder climbs."),
    Setting("surge_fall", _seconds, "seconds", "For how long figures must be below half of it before it comes down."),
    Setting(
        "log_level",
        _one_of("debug", "info", "warning", "error"),
        "debug · info · warning · error",
        "The least severe messages that are logged.",
    ),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}
BY_VARIABLE = {setting.variable: setting for setting in SETTINGS}


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings from the file and the environment. Misused, with what to do, for any mistake in either.

    The file is the one that TORG_CONFIG names, else `torg.toml` in the data folder if there is one.
    An empty variable counts as not set.
    """
    environ = os.environ if environ is None else environ
    given: dict[str, Any] = {}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX) or variable in RESERVED or variable.startswith(RESERVED_PREFIX):
            continue
        if variable not in BY_VARIABLE:
            raise Misused(f"There is no setting {variable}.{_nearest(variable, BY_VARIABLE)}")
        if value.strip():
            given[BY_VARIABLE[variable].name] = _read(BY_VARIABLE[variable], value, variable)
    from_file, place = _file_values(environ, given.get("data", Settings().data))
    for name, value in from_file.items():
        if name not in BY_NAME:
            raise Misused(f"{place}: there is no setting {name!r}.{_nearest(name, BY_NAME)}")
        if name not in given:
            given[name] = _read(BY_NAME[name], value, f"{place}: {name}")
    if ("tls_cert" in given) != ("tls_key" in given):
        raise Misused("TLS needs both TORG_TLS_CERT and TORG_TLS_KEY; only one of them is set.")
    given.setdefault("confirm_email", "smtp_url" in given)
    if given["confirm_email"] and "smtp_url" not in given:
        raise Misused("TORG_CONFIRM_EMAIL is on, but no mail can be sent: set TORG_SMTP_URL, or turn it off.")
    return Settings(**given)


def _file_values(environ: Mapping[str, str], data: Path) -> tuple[dict[str, Any], Path]:
    named = environ.get(CONFIG_VARIABLE, "").strip()
    path = Path(named).expanduser() if named else data / "torg.toml"
    try:
        return tomllib.loads(path.read_text("utf-8")), path
    except (FileNotFoundError, NotADirectoryError):
        if named:
            raise Misused(f"{CONFIG_VARIABLE} names {path}, but there is no such file.") from None
        return {}, path
    except OSError as error:
        raise Misused(f"The settings file {path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misused(f"The settings file {path} is not valid TOML: {error}.") from None


def _read(setting: Setting, value: Any, place: str) -> Any:
    try:
        return setting.read(value)
    except ValueError as error:
        raise Misused(f"{place} must be {error} (it is {str(value)[:80]!r}).") from None


def _nearest(name: str, known: Mapping[str, Setting]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else " All settings are in docs/settings.md."


def reference() -> str:
    """docs/settings.md, made from the table above."""
    defaults = Settings()
    lines = [
        "# Settings",
        "",
        "Made from the table in `src/torg/kernel/config.py` by `python -m torg.kernel.config`; edit it there.",
        "",
        'A setting is a line in the file `torg.toml` in the data folder (`name = "value"`; another file can be named '
        f"with `{CONFIG_VARIABLE}`), or an environment variable, which wins over the file. Unknown names and bad "
        "values stop Torg at the start with a message that says what to do.",
        "",
        "| in torg.toml | variable | value | default | meaning |",
        "|---|---|---|---|---|",
    ]
    for setting in SETTINGS:
        default = getattr(defaults, setting.name)
        shown = {True: "on", False: "off"}.get(default) if isinstance(default, bool) else default
        if setting.name == "confirm_email":
            shown = "by `smtp_url`"
        elif shown in (None, ()):
            shown = "none"
        elif isinstance(shown, Mapping):
            shown = f"`{pressures.written(shown)}`"
        else:
            shown = f"`{shown}`"
        lines.append(f"| `{setting.name}` | `{setting.variable}` | {setting.form} | {shown} | {setting.doc} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
