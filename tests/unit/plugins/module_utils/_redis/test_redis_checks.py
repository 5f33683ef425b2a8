# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person reads when the proof fails."""

from __future__ import annotations

import ssl

import pytest
from redis import exceptions

from ansible_collections.accessweaver.elasticache.plugins.module_utils._redis.checks import (
    OTHERWISE,
    Check,
    judged,
    remedy_for,
    report,
    spoken,
)

OK = Check("login", "a:1", True, "PONG", "PONG")
FAULTS = [
    Check("login", "b:1", False, "PONG", "Timeout connecting to server", "admit this host"),
    Check("replicas", "a:1", False, "2 replicas", "1 replicas", "read the events"),
]

MESSAGE = """\
2 of 3 checks failed.
1. login at b:1: expected PONG, got: Timeout connecting to server.
   Remedy: admit this host.
2. replicas at a:1: expected 2 replicas, got: 1 replicas.
   Remedy: read the events."""


def test_the_message_names_all_failed_checks_and_no_other():
    assert report([OK, *FAULTS]) == MESSAGE


ERRORS = {
    "timeout": (exceptions.TimeoutError("Timeout connecting to server"), "the cache's security group"),
    "timeout, without words": (exceptions.TimeoutError(), "the cache's security group"),
    "no route": (OSError(113, "No route to host"), "the cache's security group"),
    "refused": (exceptions.ConnectionError("Error 111 connecting to a:1. Connection refused."), "check host and port"),
    "name": (
        exceptions.ConnectionError("Error -2 connecting to a:1. Name or service not known."),
        "where the names of the VPC",
    ),
    "unknown CA": (
        ssl.SSLCertVerificationError(
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get issuer"
        ),
        "set ca_file to the CA",
    ),
    "other name": (
        ssl.SSLCertVerificationError("certificate verify failed: Hostname mismatch, certificate is not valid for 'a'"),
        "connect by the name",
    ),
    "no TLS": (ssl.SSLError("[SSL: WRONG_VERSION_NUMBER] wrong version number"), "does not speak TLS"),
    "wrong token": (
        exceptions.AuthenticationError("invalid username-password pair or user is disabled."),
        "the token that is in",
    ),
    "no token": (exceptions.AuthenticationError("Authentication required."), "give auth_token"),
    "not permitted": (
        exceptions.NoPermissionError("User app has no permissions to run the 'info' command"),
        "the access string",
    ),
    "loading": (
        exceptions.BusyLoadingError("Redis is loading the dataset in memory"),
        "wait until the node has loaded",
    ),
    "closed": (
        exceptions.ConnectionError("Connection closed by server."),
        "transit encryption is declared as the cache has it",
    ),
    "something else": (exceptions.ConnectionError("the moon is full"), OTHERWISE),
}


@pytest.mark.parametrize(("error", "remedy"), ERRORS.values(), ids=ERRORS)
def test_errors_are_told_with_their_usual_cause(error, remedy):
    assert remedy in remedy_for(error)


def test_errors_are_told_in_one_line():
    assert spoken(exceptions.ConnectionError("first\n  second")) == "first second"
    assert spoken(exceptions.TimeoutError()) == "TimeoutError"


def test_a_remedy_is_for_what_failed_only():
    assert judged("slots", "a:1", True, "all", "all", "wait").remedy is None
    assert judged("slots", "a:1", False, "all", "none", "wait").remedy == "wait"
