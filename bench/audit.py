"""``python -m bench.audit``: what signing costs an audit record, and how many records a second are verified.

Appending is timed in the writer's own work (chain, insert, head, checkpoints; no commit), one record to a transaction,
which is the dearest case. Its peer in the same run is the same work with a key that signs nothing. The limit of both
appending and verifying is what OpenSSL needs for the same SHA-256 and Ed25519 alone, without a database.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from devices.protocol.clock import ManualClock
from hub.access import audit
from hub.access.audit import Action, AuditLog
from hub.access.chain import CHECKPOINT_EVERY
from hub.access.verification import verify
from hub.storage.database import Database
from hub.storage.engine import make_engine
from hub.storage.writer import Change


class Detail(msgspec.Struct, frozen=True):
    """A detail of usual size."""

    sighting_id: str
    words: str


DETAIL = Detail("S7K2MXP4QD9", "红色上衣；蓝色裤子；约 1.10 米")
HASHED = bytes(8 * 8 + 8 + 16 + 9 + 4 + 11 + 12 + 88 + 64)
"""As many bytes as such a record's hash covers."""


class Unsigned:
    """In the key's place, signing nothing."""

    def sign(self, _data: bytes) -> bytes:
        return bytes(64)

    def public_key(self) -> Any:
        return Ed25519PrivateKey.generate().public_key()


def note(change: Change) -> None:
    """One record as a room notes it."""
    audit.record(change, "officer12", Action.LOOK, detail=DETAIL, case_id="K7K2MXP4QD9", purpose="家长报案")


def append_us(folder: Path, records: int, *, signed: bool) -> float:
    """Microseconds of the writer's thread for one record, the median."""
    database = Database(f"sqlite:///{folder / f'append-{signed}.sqlite3'}", ManualClock())
    database.migrate()
    log = AuditLog(database, folder / f"access-{signed}")
    log.open()
    if not signed:
        log._key = Unsigned()  # type: ignore[assignment]
    took_us = []
    engine = make_engine(f"sqlite:///{folder / f'append-{signed}.sqlite3'}")
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        for number in range(records):
            began_ns = time.perf_counter_ns()
            log.begin(connection)
            note(Change(connection, 1_767_225_600_000_000 + number, (log,)))
            log.flush(connection)
            log.committed()
            took_us.append((time.perf_counter_ns() - began_ns) / 1000)
    engine.dispose()
    asyncio.run(database.stop())
    return statistics.median(took_us)


async def fill(folder: Path, records: int) -> AuditLog:
    """A log of ``records``, through the writer, many to a transaction."""
    database = Database(f"sqlite:///{folder / 'verify.sqlite3'}", ManualClock())
    database.migrate()
    log = AuditLog(database, folder / "access")
    log.open()
    database.start()
    for start in range(0, records, 5_000):
        await asyncio.gather(*(database.write(note) for _ in range(min(5_000, records - start))))
    await database.stop()
    return log


def verified_per_s(folder: Path, log: AuditLog, records: int) -> float:
    """Records a second, checkpoints included."""
    engine = make_engine(f"sqlite:///{folder / 'verify.sqlite3'}")
    with engine.connect() as connection:
        began_s = time.perf_counter()
        report = verify(connection, log.public_key)
        took_s = time.perf_counter() - began_s
    engine.dispose()
    if report.records != records:
        raise AssertionError(f"{report.records} records of {records} were verified")
    return records / took_s


def each_us(run: Callable[[], object], times: int = 3_000) -> float:
    """Microseconds that ``run`` takes."""
    began_s = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - began_s) / times * 1e6


def main() -> None:
    """Run all in turn and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--appended", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key(), key.sign(bytes(64))
    signed_us, unsigned_us, verified, sign_us, verify_us, hash_us = [], [], [], [], [], []
    with tempfile.TemporaryDirectory() as name:
        log = asyncio.run(fill(Path(name), given.records))
        for _ in range(given.runs):
            with tempfile.TemporaryDirectory() as folder:
                unsigned_us.append(append_us(Path(folder), given.appended, signed=False))
                signed_us.append(append_us(Path(folder), given.appended, signed=True))
            verified.append(verified_per_s(Path(name), log, given.records))
            sign_us.append(each_us(lambda: key.sign(bytes(64))))
            verify_us.append(each_us(lambda: public.verify(signature, bytes(64))))
            hash_us.append(each_us(lambda: hashlib.sha256(HASHED).digest()))
    limit_us = [h + v / CHECKPOINT_EVERY for h, v in zip(hash_us, verify_us, strict=True)]
    report = {
        "records": given.records,
        "runs": given.runs,
        "append_unsigned_us": round(statistics.median(unsigned_us), 1),
        "append_signed_us": round(statistics.median(signed_us), 1),
        "append_limit_us": round(statistics.median(h + s for h, s in zip(hash_us, sign_us, strict=True)), 1),
        "ed25519_sign_us": round(statistics.median(sign_us), 1),
        "ed25519_verify_us": round(statistics.median(verify_us), 1),
        "sha256_record_us": round(statistics.median(hash_us), 2),
        "verified_records_per_s": round(statistics.median(verified)),
        "verify_limit_records_per_s": round(1e6 / statistics.median(limit_us)),
        "verify_ratio": round(statistics.median(v * us / 1e6 for v, us in zip(verified, limit_us, strict=True)), 3),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
