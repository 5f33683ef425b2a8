# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m sandbox``: the command line."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import shlex
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox import supervisor
from sandbox.settings import Settings
from sandbox.supervisor import Daemon, SandboxError

OPTIONS = {
    "port": "TCP port of the API endpoint on 127.0.0.1",
    "network": "first two octets of the addresses of nodes and endpoints",
    "state_dir": "directory of the CA certificate, log and process files",
    "time_scale": "seconds of the sandbox per second of AWS",
    "region": "region that holds the seeded network",
    "account_id": "the account",
    "enforce_iam": "authorise calls by the IAM policies of the calling user",
}


def up(arguments: argparse.Namespace) -> None:
    settings = _settings(arguments)
    if daemon := supervisor.running(settings.state_dir):
        print(f"The sandbox is already running on {daemon.settings.endpoint_url} (pid {daemon.pid}).")
        if daemon.settings != settings:
            raise SandboxError("It has other settings than asked for now: run `down` first to change them.")
        return
    print(f"Starting the sandbox on {settings.endpoint_url} ...", flush=True)
    begin = time.monotonic()
    daemon = supervisor.start(settings)
    print(f"Ready in {time.monotonic() - begin:.1f} s (pid {daemon.pid}, log {settings.log_file}).")


def down(arguments: argparse.Namespace) -> None:
    daemon = supervisor.running(arguments.state_dir)
    if daemon:
        supervisor.stop(daemon)
    supervisor.end_leftovers(arguments.state_dir)
    print("The sandbox is down; its state is gone." if daemon else "The sandbox is not running.")


def status(arguments: argparse.Namespace) -> None:
    document = supervisor.request(_daemon(arguments), "status")
    print(json.dumps(document, indent=2) if arguments.json else _table(document))


def _table(document: dict[str, Any]) -> str:
    memory = {name: f"{value / 2**20:.0f} MB" for name, value in document["memory"].items()}
    lines = [
        f"endpoint  {document['endpoint']}  (region {document['region']}, up {document['uptime']:.0f} s)",
        f"CA file   {document['ca_file']}",
        f"memory    {memory['sandbox']} sandbox, {memory['nodes']} in {len(document['nodes'])} Redis nodes",
    ]
    for name, group in document["deployments"].items():
        lines.append(
            f"{name}: {group['status']}, {group['engine']}, {group['shards']} shard(s), {group['nodes']} node(s)"
        )
        lines += [f"  {kind:<13} {address}" for kind, address in group["endpoints"].items()]
    lines += [f"{node['node_id']:<40} {node['address']:<16} pid {node['pid']}" for node in document["nodes"]]
    return "\n".join(lines)


def reset(arguments: argparse.Namespace) -> None:
    supervisor.request(_daemon(arguments), "reset", method="POST")
    print("The sandbox is as freshly started.")


def env(arguments: argparse.Namespace) -> None:
    for name, value in exports(_daemon(arguments).settings).items():
        print(f"export {name}={shlex.quote(value)}")


def exports(settings: Settings) -> dict[str, str]:
    """The environment that points AWS clients at a sandbox."""
    from sandbox.aws.host import ROOT_KEY

    return {
        "AWS_ENDPOINT_URL": settings.endpoint_url,
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        "AWS_DEFAULT_REGION": settings.region,
        "SANDBOX_CA_FILE": str(settings.ca_file),
    }


def serve(arguments: argparse.Namespace) -> None:
    settings = _settings(arguments)
    listener = supervisor.bind(settings.port)
    with supervisor.registered(settings):
        asyncio.run(_serve(settings, listener.fileno()))


async def _serve(settings: Settings, listener: int) -> None:
    from hypercorn.asyncio import serve as serve_asgi
    from hypercorn.config import Config

    from sandbox.app import Sandbox

    stopped = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stopped.set)
    config = Config()
    config.bind = [f"fd://{listener}"]
    config.graceful_timeout = 1
    app: Any = Sandbox(settings)  # hypercorn's types of scopes are narrower than ASGI's
    await serve_asgi(app, config, shutdown_trigger=stopped.wait)


def _daemon(arguments: argparse.Namespace) -> Daemon:
    if daemon := supervisor.running(arguments.state_dir):
        return daemon
    raise SandboxError(f"No sandbox is running in {arguments.state_dir}: start it with `up`.")


def _settings(arguments: argparse.Namespace) -> Settings:
    return Settings(**{name: getattr(arguments, name) for name in OPTIONS})


COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], None], str]] = {
    "up": (up, "start in the background and wait until it answers"),
    "down": (down, "stop everything it started"),
    "status": (status, "show endpoint, deployments, nodes and memory"),
    "reset": (reset, "empty the account and fill it as at the start"),
    "env": (env, "print the environment that points AWS clients at it"),
    "serve": (serve, "run in the foreground"),
}


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="sandbox", description="A local AWS with real Redis nodes.")
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    for name, (function, text) in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(function=function)
        for setting in OPTIONS if name in ("up", "serve") else ("state_dir",):
            _add_option(command, setting)
        if name == "status":
            command.add_argument("--json", action="store_true", help="as JSON")
    return root


def _add_option(command: argparse.ArgumentParser, setting: str) -> None:
    default = getattr(Settings(), setting)
    name = f"--{setting.replace('_', '-')}"
    text = f"{OPTIONS[setting]} (default: {default})"
    if default is False:
        command.add_argument(name, action="store_true", help=OPTIONS[setting])
    else:
        command.add_argument(name, type=CONVERT.get(setting, type(default)), default=default, help=text)


def _absolute(path: str) -> Path:
    return Path(path).resolve()


def _loopback(prefix: str) -> str:
    if not re.fullmatch(r"127\.\d{1,3}", prefix) or int(prefix.partition(".")[2]) not in range(1, 255):
        raise argparse.ArgumentTypeError(f"{prefix} is not a loopback network: use 127.1 to 127.254")
    return prefix


CONVERT = {"state_dir": _absolute, "network": _loopback}


def main() -> int:
    arguments = parser().parse_args()
    try:
        arguments.function(arguments)
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
