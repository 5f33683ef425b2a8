# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate authority of the sandbox and the certificates of its nodes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import trustme

from .files import write_private


class Authority:
    """
    A test CA kept in the state directory, so that clients keep trusting a sandbox that was restarted.

    Args:
        directory: Where ``ca.pem`` (public) and ``ca.key`` (mode 0600) are, or will be created.
    """

    def __init__(self, directory: Path) -> None:
        self.certificate = directory / "ca.pem"
        key = directory / "ca.key"
        if self.certificate.exists() and key.exists():
            self._ca = trustme.CA.from_pem(self.certificate.read_bytes(), key.read_bytes())
            return
        self._ca = trustme.CA(organization_name="AccessWeaver sandbox")
        write_private(key, self._ca.private_key_pem.bytes())
        self._ca.cert_pem.write_to_path(str(self.certificate))

    def issue(self, addresses: Iterable[str], directory: Path) -> None:
        """Write ``ca.pem``, ``cert.pem`` and ``key.pem`` (mode 0600) for a server and client at IP addresses."""
        leaf = self._ca.issue_cert(*addresses)
        self._ca.cert_pem.write_to_path(str(directory / "ca.pem"))
        (directory / "cert.pem").write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
        write_private(directory / "key.pem", leaf.private_key_pem.bytes())
