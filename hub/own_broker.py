"""The broker that the settings name, with the certificate by which devices know it."""

from __future__ import annotations

from hub.bridge.broker import Broker, choose, free_port
from hub.bridge.configuration import BrokerListen
from hub.certificates.folder import Server
from hub.certificates.service import Certificates
from hub.settings import BrokerChoice, Settings


def broker_of(settings: Settings, certificates: Certificates | None) -> Broker:
    """The broker that the settings name. Raises BrokerError."""
    password = settings.broker_password
    return Broker(
        settings.data_dir / "broker",
        settings.broker,
        port=settings.broker_port,
        password=password.get_secret_value() if password else None,
        listen=_broker_listen(settings, certificates),
        authority=settings.broker_authority,
        shared=settings.broker_folder,
    )


def _broker_listen(settings: Settings, certificates: Certificates | None) -> BrokerListen | None:
    """How devices reach the broker over TLS; the embedded one on loopback needs none."""
    embedded = choose(settings.broker) is BrokerChoice.EMBEDDED
    if certificates is None or (embedded and settings.is_loopback):
        return None
    folder = certificates.folder
    return BrokerListen(
        settings.host,
        settings.broker_tls_port or free_port(),
        folder.ca_pem,
        folder.certificate_file(Server.BROKER),
        folder.key_file(Server.BROKER),
    )
