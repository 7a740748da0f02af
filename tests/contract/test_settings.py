"""Every setting is in the Struct, in the table and in docs/settings.md; every mistake says what to do."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from torg.kernel import config
from torg.kernel.config import SETTINGS, Registration, Settings, load
from torg.kernel.errors import Misused

ROOT = Path(__file__).parents[2]


def test_the_table_names_exactly_the_fields() -> None:
    assert {setting.name for setting in SETTINGS} == {field.name for field in msgspec.structs.fields(Settings)}


def test_the_page_is_the_table() -> None:
    written = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert written == config.reference(), "run: python -m torg.kernel.config > docs/settings.md"


def test_nothing_given_is_the_defaults(tmp_path: Path) -> None:
    assert load({"TORG_DATA": str(tmp_path)}) == Settings(data=tmp_path)


def test_every_setting_can_be_given_both_ways(tmp_path: Path) -> None:
    file = tmp_path / "some.pem"
    file.write_text("x")
    values = {
        "data": str(tmp_path),
        "bind": "[::1]:8443",
        "database_url": "postgresql://db/torg",
        "replica_url": "postgresql://replica/torg",
        "postgres": "wheel",
        "nats_url": "nats://bus.example:4222",
        "valkey_url": "valkey://counts.example:6379/0",
        "public_scheme": "https",
        "tls_cert": str(file),
        "tls_key": str(file),
        "trusted_proxies": "10.0.0.0/8, ::1",
        "registration": "approval",
        "confirm_email": "on",
        "smtp_url": "smtp://mail.example",
        "mail_from": "torg@acme.example",
        "rate_limits": "off",
        "kept_mb": "64",
        "remembered_mb": "9",
        "max_image_mb": "5",
        "max_video_mb": "50",
        "fetch_allow": "127.0.0.0/8",
        "ca_file": str(file),
        "outside": "off",
        "vapid_contact": "mailto:a@acme.example",
        "surge": "off",
        "surge_at": "relay_s=2/4/8/16",
        "surge_rise": "4",
        "surge_fall": "60",
        "log_level": "debug",
    }
    assert set(values) == {setting.name for setting in SETTINGS}
    by_variables = load({config.BY_NAME[name].variable: value for name, value in values.items()})
    (tmp_path / "torg.toml").write_text("".join(f'{name} = "{value}"\n' for name, value in values.items()))
    by_file = load({"TORG_DATA": str(tmp_path)})
    assert by_variables == by_file
    assert all(getattr(by_file, name) != getattr(Settings(), name) for name in values)
    assert (by_file.host, by_file.port) == ("::1", 8443)
    assert by_file.registration is Registration.APPROVAL
    assert by_file.trusted_proxies == ("10.0.0.0/8", "::1/128")


def test_a_variable_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "torg.toml").write_text('registration = "closed"\nmax_image_mb = 3\nrate_limits = false\n')
    settings = load({"TORG_DATA": str(tmp_path), "TORG_REGISTRATION": "open"})
    assert (settings.registration, settings.max_image_mb, settings.rate_limits) == (Registration.OPEN, 3, False)


def test_confirmation_follows_mail() -> None:
    assert load({}).confirm_email is False
    assert load({"TORG_SMTP_URL": "smtp://mail.example"}).confirm_email is True
    assert load({"TORG_SMTP_URL": "smtp://mail.example", "TORG_CONFIRM_EMAIL": "off"}).confirm_email is False


def test_tls_makes_addresses_https(tmp_path: Path) -> None:
    pem = tmp_path / "c.pem"
    pem.write_text("x")
    assert load({"TORG_TLS_CERT": str(pem), "TORG_TLS_KEY": str(pem)}).scheme == "https"
    assert load({}).scheme == "http"


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"TORG_REGISTRATIONS": "open"}, "Did you mean TORG_REGISTRATION?"),
        ({"TORG_QQQQQQ": "open"}, "docs/settings.md"),
        ({"TORG_REGISTRATION": "maybe"}, "open, approval, closed"),
        ({"TORG_BIND": "localhost"}, "127.0.0.1:8000"),
        ({"TORG_BIND": "localhost:99999"}, "127.0.0.1:8000"),
        ({"TORG_RATE_LIMITS": "sometimes"}, "on or off"),
        ({"TORG_DATABASE_URL": "mysql://x"}, "postgresql:"),
        ({"TORG_TRUSTED_PROXIES": "proxy"}, "address ranges"),
        ({"TORG_TLS_CERT": "/nowhere.pem", "TORG_TLS_KEY": "/nowhere.pem"}, "a file that exists"),
        ({"TORG_CONFIG": "/nowhere.toml"}, "there is no such file"),
        ({"TORG_SURGE_AT": "relay_s=4/2/1/1"}, "steps that rise"),
        ({"TORG_SURGE_RISE": "0"}, "seconds"),
        ({"TORG_MAX_IMAGE_MB": "-1"}, "megabytes"),
        ({"TORG_CONFIRM_EMAIL": "on"}, "TORG_SMTP_URL"),
        ({"TORG_MAIL_FROM": "nobody"}, "e-mail address"),
    ],
)
def test_mistakes_say_what_to_do(environ: dict[str, str], says: str) -> None:
    with pytest.raises(Misused, match=says.replace("?", r"\?")):
        load(environ)


def test_half_of_tls_is_a_mistake(tmp_path: Path) -> None:
    pem = tmp_path / "c.pem"
    pem.write_text("x")
    with pytest.raises(Misused, match="TORG_TLS_KEY"):
        load({"TORG_TLS_CERT": str(pem)})


@pytest.mark.parametrize(
    ("content", "says"),
    [('regstration = "open"', "Did you mean registration?"), ("bind = [", "not valid TOML"), ("bind = 8", "must be")],
)
def test_mistakes_in_the_file_name_the_file(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "torg.toml").write_text(content)
    with pytest.raises(Misused, match=says.replace("?", r"\?")) as caught:
        load({"TORG_DATA": str(tmp_path)})
    assert "torg.toml" in str(caught.value)


def test_reserved_names_and_empty_values_are_no_settings() -> None:
    assert load({"TORG_TEST_UNSAFE_FSYNC": "1", "TORG_BIND": "", "OTHER": "x"}) == Settings()
