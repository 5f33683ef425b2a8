# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of checks, and what they say to a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

SPEAKS_NO_TLS = (
    "the other side does not speak TLS; check the port, and whether the cache has transit encryption as declared"
)

# What an error of a connection means, and what to do about it; the first that matches.
REMEDIES = tuple(
    (re.compile(pattern, re.IGNORECASE), remedy)
    for pattern, remedy in (
        (
            "(hostname|ip address) mismatch|doesn't match|not valid for",
            "connect by the name that ElastiCache gives the endpoint; the certificate is made out to it",
        ),
        (
            "certificate.verify.failed",
            "set ca_file to the CA that signed the certificate, or leave it out: the system trusts those of Amazon",
        ),
        ("no such file", "set ca_file to a file that is on this host"),
        ("no.certificate.or.crl|pem lib", "set ca_file to a file of certificates in PEM"),
        ("wrong.version.number|record.layer|eof.occurred|unexpected.eof", SPEAKS_NO_TLS),
        (
            "name or service not known|name resolution|nodename|no address associated|getaddrinfo",
            "run where the names of the VPC are resolved; ElastiCache's resolve once the endpoint is available",
        ),
        (
            "timed? ?out|no route|unreachable",
            "admit this host to the port in the cache's security group, and see to a route to its subnets: a cache is "
            "reached from its VPC and from connected networks only",
        ),
        ("refused", "check host and port; nothing listens there"),
        (
            "invalid username-password|invalid password|wrongpass|without any password",
            "give the token that is in effect, and the user it belongs to",
        ),
        ("authentication required|noauth", "give auth_token"),
        ("no permissions|noperm|has no permission", "let the access string of the user admit the command"),
        ("loading", "wait until the node has loaded its data, and run again"),
        ("read.?only", "check that the endpoint leads to a primary"),
        ("clusterdown|moved", "wait until every slot is served, and run again"),
        (
            "closed|reset|broken pipe",
            "check that transit encryption is declared as the cache has it, and run again",
        ),
    )
)
OTHERWISE = "read the events of the replication group, and run again"


@dataclass(frozen=True)
class Check:
    """One thing that was tried at one node; C(remedy) says what to do if it is not I(ok)."""

    check: str
    node: str
    ok: bool
    expected: str
    detail: str
    remedy: str | None = None


def judged(check: str, node: object, ok: bool, expected: str, detail: str, remedy: str) -> Check:
    return Check(check, str(node), ok, expected, detail, None if ok else remedy)


def spoken(error: Exception) -> str:
    """The error in one line; some of redis-py have no text."""
    return " ".join(str(error).split()) or type(error).__name__


def remedy_for(error: Exception) -> str:
    text = f"{type(error).__name__} {spoken(error)}"
    return next((remedy for pattern, remedy in REMEDIES if pattern.search(text)), OTHERWISE)


def report(checks: Sequence[Check]) -> str:
    """Say what failed, all of it: where, what was expected, what came, what to do."""
    faults = [check for check in checks if not check.ok]
    return "\n".join(
        [f"{len(faults)} of {len(checks)} checks failed.", *(_entry(*item) for item in enumerate(faults, 1))]
    )


def _entry(number: int, check: Check) -> str:
    return (
        f"{number}. {check.check} at {check.node}: expected {check.expected}, got: {check.detail}.\n"
        f"   Remedy: {check.remedy}."
    )
