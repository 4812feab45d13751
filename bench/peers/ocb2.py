"""OCB2-AES128, in which Mumble encrypts its UDP (Rogaway, "Efficient Instantiations of Tweakable Blockciphers", 2004).

Mumble's packet is one byte of the nonce, three of the tag, and the ciphertext; the nonce counts up as a little-endian
number. OCB2 has been broken as a cipher for all messages (Inoue and others, 2019): it is here to speak to a peer.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK_BYTES = 16
HEAD_BYTES = 4
_MASK = (1 << 128) - 1
_POLYNOMIAL = 0x87
_TAG_BYTES_SENT = 3


class OcbError(ValueError):
    """A packet that is not what the other side encrypted."""


def _twice(value: int) -> int:
    return ((value << 1) & _MASK) ^ (_POLYNOMIAL if value >> 127 else 0)


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")


class Ocb2:
    """Encrypts and decrypts with one key."""

    def __init__(self, key: bytes) -> None:
        cipher = Cipher(algorithms.AES(key), modes.ECB())  # the block cipher that OCB2 is built on
        self._encrypt, self._decrypt = cipher.encryptor(), cipher.decryptor()

    def encrypt(self, nonce: bytes, plain: bytes) -> tuple[bytes, bytes]:
        """Ciphertext and tag."""
        deltas, last, pad = self._masks(nonce, len(plain))
        whole = plain[: BLOCK_BYTES * len(deltas)]
        mask = b"".join(deltas)
        ciphered = _xor(self._encrypt.update(_xor(whole, mask)), mask) if whole else b""
        rest = plain[len(whole) :]
        ciphered += _xor(rest, pad[: len(rest)])
        return ciphered, self._tag(last, whole, rest + pad[len(rest) :])

    def decrypt(self, nonce: bytes, ciphered: bytes) -> tuple[bytes, bytes]:
        """Plaintext and the tag that it should have."""
        deltas, last, pad = self._masks(nonce, len(ciphered))
        whole = ciphered[: BLOCK_BYTES * len(deltas)]
        mask = b"".join(deltas)
        plain = _xor(self._decrypt.update(_xor(whole, mask)), mask) if whole else b""
        rest = _xor(ciphered[len(whole) :], pad[: len(ciphered) - len(whole)])
        return plain + rest, self._tag(last, plain, rest + pad[len(rest) :])

    def _masks(self, nonce: bytes, length: int) -> tuple[list[bytes], int, bytes]:
        """The mask of each block but the last, the last block's, and the pad for the last, which may be short."""
        delta, deltas = int.from_bytes(self._encrypt.update(nonce), "big"), []
        left = length
        while left > BLOCK_BYTES:
            delta = _twice(delta)
            deltas.append(delta.to_bytes(BLOCK_BYTES, "big"))
            left -= BLOCK_BYTES
        delta = _twice(delta)
        return deltas, delta, self._encrypt.update((left * 8 ^ delta).to_bytes(BLOCK_BYTES, "big"))

    def _tag(self, last: int, whole: bytes, rest: bytes) -> bytes:
        checksum = int.from_bytes(rest, "big")
        for start in range(0, len(whole), BLOCK_BYTES):
            checksum ^= int.from_bytes(whole[start : start + BLOCK_BYTES], "big")
        return self._encrypt.update((checksum ^ last ^ _twice(last)).to_bytes(BLOCK_BYTES, "big"))


class MumbleCipher:
    """Both directions of one Mumble client's UDP."""

    def __init__(self, key: bytes, own_nonce: bytes, server_nonce: bytes) -> None:
        self._ocb = Ocb2(key)
        self._own = int.from_bytes(own_nonce, "little")
        self._server = int.from_bytes(server_nonce, "little")

    def seal(self, plain: bytes) -> bytes:
        """A packet to the server."""
        self._own = (self._own + 1) & _MASK
        nonce = self._own.to_bytes(BLOCK_BYTES, "little")
        ciphered, tag = self._ocb.encrypt(nonce, plain)
        return nonce[:1] + tag[:_TAG_BYTES_SENT] + ciphered

    def open(self, packet: bytes) -> bytes:
        """What the server says in a packet that came in order. Raises OcbError."""
        server = (self._server + ((packet[0] - self._server) & 0xFF)) & _MASK
        plain, tag = self._ocb.decrypt(server.to_bytes(BLOCK_BYTES, "little"), packet[HEAD_BYTES:])
        if tag[:_TAG_BYTES_SENT] != packet[1:HEAD_BYTES]:
            raise OcbError("the tag of a packet is wrong")
        self._server = server
        return plain
