"""Secrets in files of the access room's folder, which the hub's own user alone can read."""

from __future__ import annotations

import secrets
from pathlib import Path

from devices.private_file import is_private, write_private

LOCAL_TOKEN = "local-token"
KNOWN_KEY = "known-key"
METRICS_TOKEN = "metrics-token"
KEY_BYTES = 32


def open_folder(folder: Path) -> None:
    """Make the folder, for its owner alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def new_local_token(folder: Path) -> str:
    """A new token for this machine's commands, in its file; on a full disk that of last time. Raises OSError."""
    file, token = folder / LOCAL_TOKEN, secrets.token_urlsafe(KEY_BYTES)
    try:
        write_private(file, token.encode())
    except OSError:
        kept = file.read_text() if is_private(file) else ""
        if len(kept) != len(token):
            raise
        return kept
    return token


def known_key(folder: Path) -> bytes:
    """The key that signs the tokens of known browsers; made when there is none, or none that is whole."""
    file = folder / KNOWN_KEY
    key = file.read_bytes() if file.exists() else b""
    if len(key) != KEY_BYTES:
        key = secrets.token_bytes(KEY_BYTES)
        write_private(file, key)
    return key


def metrics_token(folder: Path) -> str:
    """The token that opens /metrics and nothing else; kept over starts, since Prometheus holds a copy of it."""
    file = folder / METRICS_TOKEN
    token = file.read_text() if file.exists() else ""
    if len(token) != len(secrets.token_urlsafe(KEY_BYTES)):
        token = secrets.token_urlsafe(KEY_BYTES)
        write_private(file, token.encode())
    return token
