"""An RSA key made anew from a seed: no key stands in the repository, and no program is needed."""

import base64
import random
from functools import cache

_SMALL = [n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))]


@cache
def pem(bits: int = 1024, seed: int = 7) -> bytes:
    """Return a private key as PKCS#1 in PEM; the same for the same seed. Not for use."""
    source = random.Random(seed)
    e = 65537
    while True:
        p, q = _prime(bits // 2, source), _prime(bits // 2, source)
        if p != q and (p - 1) % e and (q - 1) % e and (p * q).bit_length() == bits:
            break
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = (0, p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
    body = b"".join(_der(2, n.to_bytes(n.bit_length() // 8 + 1, "big")) for n in numbers)
    text = base64.encodebytes(_der(0x30, body)).decode()
    return f"-----BEGIN RSA PRIVATE KEY-----\n{text}-----END RSA PRIVATE KEY-----\n".encode()


def _prime(bits: int, source: random.Random) -> int:
    while True:
        n = source.getrandbits(bits) | (3 << (bits - 2)) | 1
        if all(n % small for small in _SMALL) and all(
            _passes(n, source.randrange(2, n - 1)) for _ in range(12)
        ):
            return n


def _passes(n: int, base: int) -> bool:
    """One round of Miller and Rabin."""
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    x = pow(base, odd, n)
    if x in (1, n - 1):
        return True
    for _ in range(twos - 1):
        x = x * x % n
        if x == n - 1:
            return True
    return False


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + content
