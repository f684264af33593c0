"""A certificate for this machine alone, made at start and gone at the end."""

import ipaddress
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ADDRESSES = ("127.0.0.1", "::1")


def make_certificate(cert_file: Path, host_name: str) -> ssl.SSLContext:
    """For ``host_name`` and loopback, signed by itself, good for a year.

    Written to ``cert_file`` for those who must trust it.
    The key stays in memory but for the moment in which OpenSSL reads it from a private file.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gouji mail inbox")])
    now = datetime.now(UTC)
    alternatives: list[x509.GeneralName] = [x509.DNSName(host_name)]
    alternatives += [x509.IPAddress(ipaddress.ip_address(one)) for one in ADDRESSES]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    cert_file.write_bytes(pem)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(prefix="gouji-mail-", suffix=".pem") as both:
        both.write(pem + private)
        both.flush()
        context.load_cert_chain(both.name)
    return context
