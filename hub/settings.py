"""Every setting of the hub, typed, with its default; the environment name is QIANSHAO_ and the field in capitals.

What the environment does not say may be in a file of that name, in small letters, in the folder CREDENTIALS_DIRECTORY:
that of systemd's LoadCredential=, or of a container's secrets.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

from devices.link import BrokerAddress
from hub.rollcall.schedule import minute_of_day
from hub.vision.description.descriptor_file import DescriptorError
from hub.vision.description.descriptor_file import read as read_descriptor
from hub.vision.detection.detections import DetectorError
from hub.vision.detection.detector_file import BUILT_IN, read

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LEAST_AUDIT_DAYS = 180
MOST_AUDIT_DAYS = 36_500
if TYPE_CHECKING:
    from sqlalchemy import URL

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


class BrokerChoice(StrEnum):
    """Which MQTT broker the hub speaks to, where no address is given."""

    AUTO = "auto"
    """The machine's mosquitto where it is installed, the embedded broker otherwise."""
    MANAGED = "managed"
    """mosquitto, started and configured by the hub."""
    EMBEDDED = "embedded"
    """iotcore (rumqttd) as a child process: loopback only."""


class FallbackChoice(StrEnum):
    """By what venues are called that answer neither by radio nor by page."""

    NONE = "none"
    SIP = "sip"
    """baresip, as the hub's child, under a telephone account."""
    FILE = "file"
    """Files in ``data_dir``/fallback: for trials, it reaches nobody."""


class Settings(BaseSettings):
    """The hub's settings. Folders are created when missing."""

    model_config = SettingsConfigDict(env_prefix="QIANSHAO_", extra="forbid")

    data_dir: Path = Path("var/hub")
    """Database, sightings, broker state: everything the hub keeps."""
    database: str = ""
    """The database: empty for a file in ``data_dir``, or postgresql://user@host:port/name (docs/postgresql.md). The
    password goes beside it. Beyond this machine the line is TLS and the server shows a certificate."""
    database_password: SecretStr | None = None
    """Password for the user of ``database``."""
    host: str = "127.0.0.1"
    """Address of the console and the interface: loopback, one address or name of this machine, or 0.0.0.0 or :: for all
    of them. What others can reach is served over TLS, and only when everything in safety.py is in order."""
    port: int = Field(default=8470, ge=0, le=65535)
    """0 takes a free port."""
    tls: bool | None = None
    """Whether console and broker speak TLS; by default when ``host`` is not loopback, where it cannot be left out."""
    trust_port: int | None = Field(default=None, ge=0, le=65535)
    """With TLS, the port of the page that shows the authority's certificate; ``port`` + 1 by default, 0 for none."""
    broker: str = BrokerChoice.AUTO.value
    """auto, managed, embedded, or the address of another broker: mqtt://[user@]host:port on this machine, else mqtts://."""
    broker_port: int = Field(default=0, ge=0, le=65535)
    """Port of the broker that the hub starts; 0 takes a free one."""
    broker_password: SecretStr | None = None
    """Password for a broker given by address; the hub makes its own for the one it starts."""
    broker_tls_port: int = Field(default=8883, ge=0, le=65535)
    """With TLS, the port at which devices reach the broker that the hub starts; 0 takes a free one."""
    broker_authority: Path | None = None
    """The authority's certificate (PEM) of a broker given as mqtts://."""
    broker_folder: Path | None = None
    """The folder that a mosquitto given as mqtts:// reads its users, access list and certificate from, again whenever
    they change: the hub keeps it (docs/deployment.md)."""
    credential_days: int = Field(default=90, ge=1, le=3650)
    """How old an enrolled device's credential may become before the device asks for a newer one."""
    vision_workers: int | None = Field(default=None, ge=0, le=256)
    """Vision worker processes on this machine; by default one less than its cores, at least one."""
    vision_detector: str = "auto"
    """What finds persons: the built-in detector in the number format that is best on the processor (auto), in float32
    or int8; or the path of a detector's file (docs/vision.md). Workers on other machines are told by ``--detector``."""
    self_teaching: bool = True
    """Whether the built-in descriptor learns from the site's own tracks, once a day, and uses what is better
    (docs/search.md, "Learning on site")."""
    vision_descriptor: str = "auto"
    """What tells people's looks apart: the built-in descriptor (auto), or the path of a descriptor's file
    (docs/vision.md). Workers on other machines are told by ``--descriptor``; what is stored is described anew."""
    sightings_clickhouse: str = Field(default="", pattern=r"^(https?://[^/@?#]+/[A-Za-z0-9_]+)?$")
    """The ClickHouse database in which sightings live, https://host:port/database; empty: in ``data_dir``/sightings
    (docs/search.md, "Sightings on ClickHouse")."""
    sightings_clickhouse_user: str = "default"
    sightings_clickhouse_password: SecretStr | None = None
    alert_expires_in_s: float = Field(default=1800.0, gt=0, le=86_400)
    """How long an alert is worth delivering, where the dispatcher does not say."""
    roll_call_at: str = ""
    """When the hub calls the roll by itself each day, "09:30" by the clock on the community's wall; empty: never."""
    roll_call_minutes: int = Field(default=10, ge=1, le=30)
    """How long a roll-call waits for answers."""
    talk_limit_s: float = Field(default=60.0, gt=1, le=600)
    """The longest talk burst."""
    retention_days: int = Field(default=30, ge=1, le=3650)
    """How long events, sightings, closed SOS, roll-calls, pictures and spoken messages are kept; 30 days: the 2025
    regulation on public-safety video. Never under ``footage_days``."""
    alert_retention_days: int = Field(default=180, ge=1, le=3650)
    """How long alerts are kept, with deliveries, reports and escalation; those of an open case stay, and tests go after
    ``retention_days``."""
    voice_retention_days: int = Field(default=180, ge=1, le=3650)
    """How long recorded calls are kept."""
    voice_most_gb: float = Field(default=20.0, gt=0, le=100_000)
    """The most that recorded calls take on disk, in 10**9 bytes; the oldest go. An hour of voice takes 12 MB."""
    footage_dir: Path | None = None
    """Where cameras are recorded, best a disk of its own; ``data_dir``/footage by default."""
    footage_days: int = Field(default=30, ge=1, le=3650)
    """How long footage is kept, where its owner does not say less; 30 days as above."""
    footage_disk_share: float = Field(default=0.9, gt=0, le=0.99)
    """How full the disk of ``footage_dir`` may become before the oldest footage goes early."""
    footage_recorder: bool = True
    """Record live cameras, and take live pictures from where they are recorded; without it vision alone connects."""
    footage_transcoders: int = Field(default=2, ge=0, le=64)
    """Live streams at once that are coded anew for browsers that cannot show H.265."""
    speech_command: str | None = None
    """A command that reads a text and writes it spoken, as WAV; by default espeak-ng in Chinese where it is installed;
    "none": nothing is spoken."""
    fallback: FallbackChoice = FallbackChoice.NONE
    """By what venues are called that answer neither by radio nor by page; see docs/fallback.md."""
    sip_server: str = Field(default="", pattern=r"^([A-Za-z0-9][A-Za-z0-9.-]{0,252}(:[0-9]{1,5})?)?$")
    """The telephone account's registrar, host or host:port."""
    sip_transport: Literal["udp", "tcp"] = "udp"
    """How the registrar is spoken to."""
    sip_user: str = Field(default="", pattern=r"^[A-Za-z0-9._+-]{0,64}$")
    sip_password: SecretStr | None = None
    sip_address: str = "127.0.0.1"
    """The address of this machine at which telephony listens, for signals and voice: loopback unless it is said."""
    watchdog: bool = False
    """Start a watchdog beside the hub, which raises an alarm on this machine when the hub does not answer."""
    audit_retention_days: int = 1095
    """How long audit records are kept: 3 years, and never under LEAST_AUDIT_DAYS."""
    traces_to: str = ""
    """The OTLP collector (HTTP, protobuf) that traces go to, such as https://collector:4318/v1/traces; empty for none
    (docs/traces.md). Beyond this machine over https alone."""
    traces_token: SecretStr | None = None
    """What the collector asks for as a bearer's token."""
    log_level: str = "INFO"
    """The least of LOG_LEVELS that is written."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in code or at the command line, then the environment, then files of credentials."""
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        files = (SecretsSettingsSource(settings_cls, folder),) if folder else ()
        return (init_settings, env_settings, *files)

    @field_validator("broker")
    @classmethod
    def _known_broker(cls, broker: str) -> str:
        if broker in {choice.value for choice in BrokerChoice}:
            return broker
        if not broker.startswith(("mqtt://", "mqtts://")):
            raise ValueError(f"{broker!r}: use auto, managed, embedded or mqtt://host:port")
        BrokerAddress.parse(broker.replace("mqtts://", "mqtt://", 1))
        return broker

    @field_validator("vision_detector")
    @classmethod
    def _known_detector(cls, choice: str) -> str:
        if choice in BUILT_IN:
            return choice
        try:
            read(Path(choice))
        except DetectorError as error:
            raise ValueError(str(error)) from None
        return str(Path(choice).absolute())

    @field_validator("vision_descriptor")
    @classmethod
    def _known_descriptor(cls, choice: str) -> str:
        if choice == "auto":
            return choice
        try:
            read_descriptor(Path(choice))
        except DescriptorError as error:
            raise ValueError(str(error)) from None
        return str(Path(choice).absolute())

    @field_validator("roll_call_at")
    @classmethod
    def _time_of_day(cls, at: str) -> str:
        minute_of_day(at)
        return at

    @field_validator("audit_retention_days")
    @classmethod
    def _long_enough(cls, days: int) -> int:
        if not LEAST_AUDIT_DAYS <= days <= MOST_AUDIT_DAYS:
            raise ValueError(f"{days} days: the audit log is kept from {LEAST_AUDIT_DAYS} to {MOST_AUDIT_DAYS} days")
        return days

    @field_validator("database")
    @classmethod
    def _names_a_database(cls, text: str) -> str:
        if not text:
            return text
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            url = make_url(text)
        except ArgumentError:
            url = None
        if url is None or url.get_backend_name() != "postgresql" or not url.database:
            raise ValueError("use postgresql://user@host:port/name, or leave it empty for a file in data_dir")
        if url.password:
            raise ValueError("the password goes into database_password, where no list of processes shows it")
        return text

    @field_validator("traces_to")
    @classmethod
    def _names_a_collector(cls, text: str) -> str:
        if not text:
            return text
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path in ("", "/"):
            raise ValueError("use https://collector:4318/v1/traces, the whole address of an OTLP collector")
        if parts.username is not None or parts.password is not None:
            raise ValueError("the address carries no password: give it as traces_token")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
            raise ValueError("beyond this machine traces go over https alone")
        return text

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, level: str) -> str:
        if level.upper() not in LOG_LEVELS:
            raise ValueError(f"{level!r}: use {', '.join(LOG_LEVELS)}")
        return level.upper()

    @property
    def is_loopback(self) -> bool:
        """Whether this machine alone can reach the console."""
        return self.host in LOOPBACK_HOSTS

    @property
    def uses_tls(self) -> bool:
        """Whether console and broker speak TLS."""
        return not self.is_loopback if self.tls is None else self.tls

    @property
    def footage_folder(self) -> Path:
        """Where cameras are recorded."""
        return self.data_dir / "footage" if self.footage_dir is None else self.footage_dir

    @property
    def certificates_dir(self) -> Path:
        """Where the certificates are."""
        return self.data_dir / "certificates"

    @property
    def database_file(self) -> Path:
        """Where the database is."""
        return self.data_dir / "hub.sqlite3"

    @property
    def database_url(self) -> URL:
        """The database as SQLAlchemy names it; its text shows no password."""
        from sqlalchemy import URL, make_url  # most commands ask a running hub, and have no database

        if not self.database:
            return URL.create("sqlite", database=str(self.database_file))
        url = make_url(self.database)
        if self.database_password is not None:
            url = url.set(password=self.database_password.get_secret_value())
        if url.host not in (None, *LOOPBACK_HOSTS) and "sslmode" not in url.query:
            url = url.update_query_dict({"sslmode": "verify-full", "sslrootcert": "system"})
        return url

    @property
    def database_name(self) -> str:
        """The database as words to a person name it."""
        return self.database or str(self.database_file)

    @property
    def has_database(self) -> bool:
        """Whether there is a database, of which no file can be seen on a server."""
        return bool(self.database) or self.database_file.is_file()
