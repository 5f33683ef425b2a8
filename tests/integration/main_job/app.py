# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
An application: reads its configuration at its start, logs in to Redis with it, and tells over HTTP who it is there.

Usage: app.py DIRECTORY CA_FILE PORT. It ends where it cannot log in, or has a name that it does not start with.
"""

from __future__ import annotations

import re
import socket
import ssl
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

directory, ca_file, port = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
configuration = (directory / "application.yml").read_text()
host = re.findall(r"^\s*host: (\S+)", configuration, re.MULTILINE)[0]
name = re.findall(r"^\s*client-name: (\S+)", configuration, re.MULTILINE)[0]
password = (directory / "secrets/spring.data.redis.password").read_text()
if name == "does-not-start":
    sys.exit("This is not a name to start with.")

with (
    socket.create_connection((host, 6379), 5) as plain,
    ssl.create_default_context(cafile=ca_file).wrap_socket(plain, server_hostname=host) as connection,
):
    connection.sendall(f"AUTH {password}\r\n".encode())
    if not connection.recv(100).startswith(b"+OK"):
        sys.exit("Redis does not let me in.")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(name.encode())


HTTPServer(("127.0.0.1", port), Handler).serve_forever()
