# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All files of an application: what is to be in them, which ones must go, and where they make it log in."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, NamedTuple

import yaml

from ansible_collections.accessweaver.elasticache.plugins.plugin_utils import env_file, manifests, spring
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.client_logins import client_logins
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.client_settings import (
    LIBRARIES,
    TOKEN_VARIABLE,
    client_settings,
)
from ansible_collections.accessweaver.elasticache.plugins.plugin_utils.spring_file import (
    BEGIN,
    BLOCK,
    Login,
    environment_logins,
    joined,
    spring_logins,
    unique,
    variables_logins,
    without,
)

File = dict[str, Any]

HEADER = "# How this application uses the Redis deployment"
SPRING_FILE, ENV_FILE, IMPORTED = "application.yml", "redis.env", "redis.yml"
CONFIG_MAP, SECRET, CONTAINER = "redis-configmap.yml", "redis-secret.yml", "redis-ecs.json"


# The role's options without prefix, and what they are where they are left out; None where there is nothing to say.
DEFAULTS: Mapping[str, Any] = {
    "deployment": "redis",
    "name": "redis",
    "files": ("spring", "env"),
    "config_dir": None,
    "secrets_dir": None,
    "owned": False,
    "backup": True,
    "validate": None,
    "spring_boot": "3.5",
    "spring_file": SPRING_FILE,
    "spring_import": None,
    "secrets": "configtree",
    "client_name": None,
    "client": {},
    "cache": {},
    "session": {},
    "ttl": {},
    "key_patterns": {},
    "env": {},
    "secret_env": {},
    "env_file": ENV_FILE,
    "env_dialect": "docker",
    "kubernetes": {},
    "ecs_secret": None,
    "ca_file": None,
}


class ApplicationError(ValueError):
    """Files that would lead an application elsewhere, or show what is secret. Never carries a token."""


class _Dumper(yaml.SafeDumper):
    """Takes Ansible's own texts, numbers and collections for what they are."""


_Dumper.add_multi_representer(str, _Dumper.represent_str)
_Dumper.add_multi_representer(int, _Dumper.represent_int)
_Dumper.add_multi_representer(dict, _Dumper.represent_dict)
_Dumper.add_multi_representer(list, _Dumper.represent_list)


@dataclass(frozen=True)
class Application:
    """An application on a host. I(options) are the role's without prefix, I(texts) the files that are there by name."""

    connection: Mapping[str, Any]
    options: Mapping[str, Any]
    auth_token: str | None = field(repr=False)
    texts: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(
        cls, connection: Mapping[str, Any], options: Mapping[str, Any], token: str | None, texts: Mapping[str, str]
    ) -> Application:
        if unknown := sorted(set(options) - set(DEFAULTS)):
            raise ApplicationError(f"unknown option {', '.join(unknown)}, use {', '.join(DEFAULTS)}")
        if not options.get("config_dir"):
            raise ApplicationError("the option config_dir is missing, give the directory of the files")
        given = {name: value for name, value in options.items() if value is not None}
        secrets_dir = f"{options['config_dir']}/secrets"
        return cls(connection, {**DEFAULTS, "secrets_dir": secrets_dir, **given}, token, texts)

    def __getitem__(self, option: str) -> Any:
        return self.options[option]

    def path(self, name: str) -> str:
        return f"{self['config_dir']}/{name}"

    @property
    def token(self) -> str | None:
        return self.auth_token if self.connection["auth"] else None

    @property
    def secret_source(self) -> str:
        directory = self["secrets_dir"]
        sources = {"configtree": f"{directory}/", "file": f"{directory}/{IMPORTED}", "env": TOKEN_VARIABLE}
        return sources[self["secrets"]]

    @property
    def secret_properties(self) -> dict[str, str]:
        return spring.redis_secrets(self.token, self["spring_boot"], self["secrets"]) if self.token is not None else {}

    @cached_property
    def spring_options(self) -> dict[str, Any]:
        names = ("client_name", "cache", "session", "ttl", "key_patterns")
        return {name: self[name] for name in names} | dict(self["client"])

    def variables(self, token: str | None) -> dict[str, str]:
        options = spring.SpringOptions.of(self.spring_options)
        return spring.redis_environment(self.connection, self["spring_boot"], options, token)

    def token_variables(self, value: str | None) -> dict[str, str]:
        """The variables that carry the token, each with I(value); none without authentication."""
        plain = self.variables(None)
        found = self.variables(value) if self.connection["auth"] else {}
        return {name: text for name, text in found.items() if name not in plain}

    @cached_property
    def plain_variables(self) -> dict[str, Any]:
        return {**self.variables(None), **self["env"]}

    @cached_property
    def secret_variables(self) -> dict[str, Any]:
        return {**self.token_variables(self.token), **self["secret_env"]}

    @cached_property
    def config_text(self) -> str:
        options = {**self.spring_options, "secrets": self["secrets"], "secret_source": self.secret_source}
        tree = spring.redis_config(self.connection, self["spring_boot"], spring.SpringOptions.of(options))
        return self._document(tree)

    @cached_property
    def spring_text(self) -> str:
        """The whole text of the file that Spring reads first."""
        imported = {"spring": {"config": {"import": f"file:{self.import_path}"}}}
        ours = self._document(imported) if self["spring_import"] else self.config_text
        return joined(self.texts.get(self["spring_file"], ""), ours)

    @property
    def import_path(self) -> str:
        return self.path(self["spring_import"])

    def _document(self, tree: Mapping[str, Any]) -> str:
        text = yaml.dump(tree, Dumper=_Dumper, indent=2, sort_keys=False, allow_unicode=True, width=10**6)
        return f"---\n{HEADER} {self['deployment']}. The password is not in this file.\n{text}"


def application_files(application: Application) -> dict[str, Any]:
    """What the module application_files takes, and C(logins) for redis_login.

    Raises ValueError with what is to be done, which never quotes a token.
    """
    _refuse(_option_problems(application))
    names = list(dict.fromkeys(application["files"]))
    wanted = [file for name in names for file in KINDS[name].files(application)]
    logins = unique(login for name in names for login in KINDS[name].logins(application))
    _refuse(_elsewhere(application, logins))
    files = [*wanted, *_left_to_the_user(application, {file["path"] for file in wanted})]
    return {
        "directories": _directories(application),
        "files": files,
        "absent": _absent(application, {file["path"] for file in files}),
        "logins": [login.endpoint() for login in logins],
    }


def _option_problems(app: Application) -> Iterator[str]:
    env, secret = set(app["env"]), set(app["secret_env"])
    if app.connection["auth"] and not app.token:
        yield (
            f"the deployment {app['deployment']} asks for an AUTH token and elasticache_redis_app_auth_token is empty,"
            " give it an expression that reads the token, for example a lookup of its secret"
        )
        return
    if tokens := sorted((env | secret) & set(app.token_variables(app.token))):
        yield f"{', '.join(tokens)}: carries the AUTH token, which elasticache_redis_app_auth_token reads, take it out"
    if both := sorted(env & secret):
        yield f"{', '.join(both)}: in elasticache_redis_app_env and elasticache_redis_app_secret_env, leave it in one"
    if "ecs" in app["files"]:
        yield from _ecs_problems(app)


def _ecs_problems(app: Application) -> Iterator[str]:
    if app["secret_env"]:
        yield (
            f"{', '.join(sorted(app['secret_env']))}: ECS would show elasticache_redis_app_secret_env to everybody who"
            " may read task definitions, put the values into Secrets Manager and their ARNs into the secrets of the"
            " container definition, or leave ecs out of elasticache_redis_app_files"
        )
    if app.connection["auth"] and not app["ecs_secret"]:
        yield (
            "ECS reads the AUTH token from Secrets Manager or Systems Manager, and the deployment"
            f" {app['deployment']} was given its token, keep it there and set elasticache_redis_app_ecs_secret to its"
            " ARN, or leave ecs out of elasticache_redis_app_files"
        )


def _elsewhere(app: Application, logins: Iterable[Login]) -> Iterator[str]:
    """What would send the token to others than the deployment, or in another way than it wants it."""
    connection = app.connection
    named = [connection.get(name) for name in ("writer", "reader", "configuration")]
    ends = {(end["host"].lower(), int(end["port"])) for end in [*named, *(connection.get("nodes") or ())] if end}
    tls, username = bool(connection["tls"]), connection.get("username") or None
    ours = "of the deployment " + app["deployment"]
    for login in logins:
        if (login.host.lower(), login.port) not in ends:
            yield f"{login.names['host']} is {login.host}:{login.port}, which is no endpoint {ours}, take it out"
        if login.tls != tls:
            yield f"{login.names['tls']} is {str(login.tls).lower()}, and TLS {ours} is {str(tls).lower()}, take it out"
        if (login.username or None) != username:
            yield f"{login.names['username']} is {login.username!r}, and the user {ours} is {username!r}, take it out"


def _directories(app: Application) -> list[File]:
    secrets = any(app["secrets_dir"] == path.rpartition("/")[0] for path in _secret_texts(app))
    private = {"path": app["secrets_dir"], "mode": "0750" if app["owned"] else "0700", "make": secrets}
    return [{"path": app["config_dir"], "mode": "0750", "make": True}, private]


def _file(path: str, content: str, mode: str = "0640", **more: Any) -> File:
    return {"path": path, "content": content, "mode": mode, "secret": mode != "0640", **more}


def _secret_texts(app: Application) -> dict[str, str]:
    """Content of the files with the password by path."""
    if "spring" not in app["files"] or app["secrets"] == "env" or not app.secret_properties:
        return {}
    if app["secrets"] == "file":
        # JSON is YAML with every value in quotes, so that a token of digits stays a text.
        return {app.secret_source: _json(app.secret_properties)}
    return {f"{app.secret_source}{name}": value for name, value in app.secret_properties.items()}


def _spring_files(app: Application) -> Iterator[File]:
    for path, text in _secret_texts(app).items():
        yield _file(path, text, "0400")
    if app["spring_import"]:
        yield _file(app.import_path, app.config_text, validate=app["validate"])
    path = app.path(app["spring_file"])
    yield _file(path, app.spring_text, validate=app["validate"], backup=app["backup"])


def _spring_logins(app: Application) -> list[Login]:
    imports: dict[str, Any] = {f"{app['secrets']}:{app.secret_source}": app.secret_properties}
    if app["spring_import"]:
        imports[f"file:{app.import_path}"] = app.config_text
    variables = {} if app.token is None else {TOKEN_VARIABLE: app.token}
    return spring_logins(app.spring_text, app["spring_boot"], imports, variables)


def _env_text(app: Application) -> str:
    text = env_file.render({**app.plain_variables, **app.secret_variables}, app["env_dialect"])
    return f"# Redis deployment {app['deployment']}, dialect {app['env_dialect']}, managed by Ansible\n{text}"


def _env_files(app: Application) -> Iterator[File]:
    yield _file(app.path(app["env_file"]), _env_text(app), "0600")


def _env_logins(app: Application) -> list[Login]:
    return environment_logins(_env_text(app), app["env_dialect"], app["spring_boot"])


def _kubernetes_files(app: Application) -> Iterator[File]:
    options = {"name": f"{app['name']}-redis", **app["kubernetes"]}
    yield _file(app.path(CONFIG_MAP), manifests.kubernetes_manifest(app.plain_variables, "ConfigMap", **options))
    yield _file(app.path(SECRET), manifests.kubernetes_manifest(app.secret_variables, "Secret", **options), "0600")


def _kubernetes_logins(app: Application) -> list[Login]:
    config_map, secret = (yaml.safe_load(file["content"])["data"] for file in _kubernetes_files(app))
    decoded = {name: base64.b64decode(value).decode() for name, value in secret.items()}
    return variables_logins({**config_map, **decoded}, app["spring_boot"])


def _ecs_files(app: Application) -> Iterator[File]:
    sources = app.token_variables(app["ecs_secret"])
    yield _file(app.path(CONTAINER), manifests.ecs_container_definition(app.plain_variables, sources))


def _ecs_logins(app: Application) -> list[Login]:
    """With the token in the place of where ECS finds it."""
    [file] = _ecs_files(app)
    environment = {entry["name"]: entry["value"] for entry in json.loads(file["content"])["environment"]}
    return variables_logins({**environment, **app.token_variables(app.token)}, app["spring_boot"])


def _client_path(app: Application, library: str) -> str:
    return app.path("redisson.yml" if library == "redisson" else f"{library}.json")


def _client_files(library: str, app: Application) -> Iterator[File]:
    times = {name: app["client"].get(name) for name in ("timeout", "connect_timeout")}
    settings = client_settings(
        app.connection,
        library,
        auth_token=None if app["secrets"] == "env" else app.token,
        client_name=app["client_name"],
        ca_file=app["ca_file"],
        **{name: value for name, value in times.items() if value is not None},
    )
    yield _file(_client_path(app, library), _json(settings), "0600")


def _client_logins(library: str, app: Application) -> list[Login]:
    [file] = _client_files(library, app)
    return client_logins(library, json.loads(file["content"]), app.token)


class Kind(NamedTuple):
    """What may be written for an application."""

    files: Callable[[Application], Iterable[File]]
    logins: Callable[[Application], Iterable[Login]]


KINDS: Mapping[str, Kind] = {
    "spring": Kind(_spring_files, _spring_logins),
    "env": Kind(_env_files, _env_logins),
    "kubernetes": Kind(_kubernetes_files, _kubernetes_logins),
    "ecs": Kind(_ecs_files, _ecs_logins),
    **{name: Kind(partial(_client_files, name), partial(_client_logins, name)) for name in LIBRARIES},
}


def _blocks(app: Application, written: set[str]) -> Iterator[tuple[str, str]]:
    """Files with a part of ours that is not wanted any more, and what remains without it."""
    for name in dict.fromkeys((SPRING_FILE, app["spring_file"])):
        text = app.texts.get(name, "")
        if app.path(name) not in written and BLOCK.search(text):
            yield app.path(name), without(text)


def _left_to_the_user(app: Application, written: set[str]) -> Iterator[File]:
    for path, rest in _blocks(app, written):
        if rest.strip():
            yield _file(path, rest, backup=app["backup"])


def _absent(app: Application, written: set[str]) -> list[File]:
    """What the role may have written for other options, told from files of others by their text where it tells."""
    possible: dict[str, str | None] = {
        **{f"{app['secrets_dir']}/{prefix}.password": None for prefix in ("spring.redis", "spring.data.redis")},
        f"{app['secrets_dir']}/{IMPORTED}": r'^\s*"spring\.(data\.)?redis\.password": ',
        **{app.path(name): f"^{HEADER} " for name in (IMPORTED, app["spring_import"]) if name},
        **{app.path(name): "^# Redis deployment .*, managed by Ansible$" for name in (ENV_FILE, app["env_file"])},
        app.path(CONFIG_MAP): "^  (SPRING_DATA_)?REDIS_HOST: ",
        app.path(SECRET): "^type: Opaque$",
        app.path(CONTAINER): '"name": "REDIS_HOST"',
        **{_client_path(app, library): '"mode": |Servers?Config"' for library in LIBRARIES},
        **{path: f"^{re.escape(BEGIN)}" for path, rest in _blocks(app, written) if not rest.strip()},
    }
    return [{"path": path, "contains": text} for path, text in possible.items() if path not in written]


def _json(value: Any) -> str:
    return json.dumps(value, indent=4, sort_keys=True) + "\n"


def _refuse(found: Iterable[str]) -> None:
    if sentences := list(found):
        raise ApplicationError("; ".join(dict.fromkeys(sentences)))
