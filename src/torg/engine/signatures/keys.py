"""Keys of signatures: made, read from PEM (and remembered, since reading costs more than signing), their strength."""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from torg.engine.signatures.model import BadSignature

BITS = 2048
LEAST_BITS = 2048
MOST_BITS = 8192  # verifying takes time with the square of it
MOST_PEM = 8192
KEPT = 1024

PublicKey = rsa.RSAPublicKey | ed25519.Ed25519PublicKey


def make_pair() -> tuple[str, str]:
    """A new RSA pair, (private, public) in PEM. Takes some 50 ms without the GIL, up to half a second: use a thread."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    return (
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    )


@lru_cache(maxsize=KEPT)
def private_key(pem: str) -> rsa.RSAPrivateKey:
    """One of ours. Reading checks its primes, which costs several signatures: hence the memory."""
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("our keys are RSA keys")
    return key


@lru_cache(maxsize=KEPT)
def public_key(pem: str) -> PublicKey:
    """Somebody else's, RSA of 2048 to 8192 bits or Ed25519. BadSignature for anything else."""
    if len(pem) > MOST_PEM:
        raise BadSignature("the key is too long")
    try:
        key = serialization.load_pem_public_key(pem.strip().encode())
    except (ValueError, UnsupportedAlgorithm) as wrong:
        raise BadSignature("the key cannot be read") from wrong
    if isinstance(key, rsa.RSAPublicKey):
        if not LEAST_BITS <= key.key_size <= MOST_BITS:
            raise BadSignature(f"a key of {key.key_size} bits; {LEAST_BITS} to {MOST_BITS} are taken")
        return key
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key
    raise BadSignature("the key is neither RSA nor Ed25519")
