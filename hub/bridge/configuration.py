"""The configuration files of the brokers that the hub starts."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from devices.protocol import topics

TOPIC_BYTES = 512
"""Room for topic and properties beside the largest payload."""
MAX_QUEUED_BYTES = 64 * 1024 * 1024
"""What may wait in mosquitto for one client at QoS 1; it is dropped past that, and said again by who said it."""
HUB_USER = "hub"
DEVICE_USER = "device"
PROBE_USER = "probe"


@dataclass(frozen=True)
class BrokerListen:
    """Where devices reach the managed broker over TLS: an address, and its certificate, with which authority."""

    host: str
    port: int
    authority: Path
    certificate: Path
    key: Path


@dataclass(frozen=True)
class BrokerCredentials:
    """What the hub made up for its own broker; kept in the data folder, readable by its owner alone."""

    port: int
    hub_password: str = field(repr=False)
    device_password: str = field(repr=False)


def mosquitto_configuration(folder: Path, port: int, listen: BrokerListen | None) -> str:
    """mosquitto.conf: loopback, TLS 1.3 beside it, no delay, bounded, nothing persistent (the hub keeps what matters).

    Over TLS a client's id is its user name, or one device could end another's line by calling itself the same.
    """
    tls = (
        (
            f"listener {listen.port} {listen.host}",
            f"cafile {listen.authority.resolve()}",
            f"certfile {listen.certificate.resolve()}",
            f"keyfile {listen.key.resolve()}",
            "tls_version tlsv1.3",
            "use_username_as_clientid true",
        )
        if listen
        else ()
    )
    return "\n".join(
        (
            "allow_anonymous false",
            f"password_file {folder / 'passwords'}",
            f"acl_file {folder / 'access'}",
            "set_tcp_nodelay true",
            "persistence false",
            "max_inflight_messages 400",
            "max_queued_messages 4000",
            f"max_queued_bytes {MAX_QUEUED_BYTES}",
            f"max_packet_size {topics.MAX_PAYLOAD_BYTES + TOPIC_BYTES}",
            *(["user root"] if os.geteuid() == 0 else []),  # it would leave for a user who cannot read its files
            "max_keepalive 60",
            "log_dest stderr",
            "log_type error",
            "log_type warning",
            f"listener {port} 127.0.0.1",
            *tls,
            "",
        )
    )


def embedded_configuration(credentials: BrokerCredentials) -> str:
    """rumqttd's TOML: MQTT 5 on loopback with passwords; four segments of 1 MB a topic bound its memory.

    Devices share one password: it serves this machine alone, and seals tell who speaks.
    """
    return f"""id = 0
[router]
id = 0
max_connections = 10010
max_outgoing_packet_count = 400
max_segment_size = 1048576
max_segment_count = 4
[v5.1]
name = "v5"
listen = "127.0.0.1:{credentials.port}"
next_connection_delay_ms = 0
[v5.1.connections]
connection_timeout_ms = 10000
max_payload_size = {topics.MAX_PAYLOAD_BYTES + TOPIC_BYTES}
max_inflight_count = 400
dynamic_filters = true
[v5.1.connections.auth]
{HUB_USER} = "{credentials.hub_password}"
{DEVICE_USER} = "{credentials.device_password}"
"""
