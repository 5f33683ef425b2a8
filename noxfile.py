# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gates, each in one place; ``nox --list`` names them, ``make`` calls them."""

from __future__ import annotations

import functools
import os
import shutil
import sys
import sysconfig
from pathlib import Path

import antsibull_nox
import nox

NAME = "accessweaver.elasticache"
COLLECTION = "ansible_collections/accessweaver/elasticache"
ROOT = Path(__file__).resolve().parent
CACHE = ROOT / ".cache"
SITE_PACKAGES = Path(sysconfig.get_path("purelib"))

# The gates neither use nor change what belongs to whoever runs them: home directory, AWS account, Ansible settings.
for variable in [name for name in os.environ if name.startswith(("ANSIBLE_", "AWS_"))]:
    del os.environ[variable]
os.environ |= {
    "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
    "AWS_EC2_METADATA_DISABLED": "true",
    "GIT_CONFIG_GLOBAL": str(Path.home() / ".gitconfig"),
    "HOME": str(CACHE / "home"),
}
(CACHE / "home").mkdir(parents=True, exist_ok=True)

nox.options.default_venv_backend = "none"  # .ci/setup installs every tool, pinned, in .venv
antsibull_nox.load_antsibull_nox_toml()


@nox.session
def ruff(session: nox.Session) -> None:
    """Style of all Python files."""
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session
def mypy(session: nox.Session) -> None:
    """Types."""
    collection = (f"collections/{COLLECTION}/{path}" for path in ("plugins", "tests/unit"))
    session.run("mypy", "noxfile.py", ".ci", "tests/sandbox", "tests/integration", "tests/bench", *collection)


@nox.session(name="ansible-lint")
def ansible_lint(session: nox.Session) -> None:
    """Roles, playbooks, inventories and metadata, at the production profile."""
    session.run("ansible-lint", "--offline")


@nox.session
def docs(session: nox.Session) -> None:
    """Documentation of plugins and roles, with every reference in it, and whether what is generated is up to date."""
    # Git ignores .venv. antsibull-docs would follow it and leave out the collections there that ours builds on.
    environment = {"GIT_CEILING_DIRECTORIES": str(SITE_PACKAGES)}
    lint = ("antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs=dependent", ".")
    session.run(*lint, env=environment)
    session.run("python", ".ci/docs.py", "--check")


@nox.session
def changelog(session: nox.Session) -> None:
    """Changelog and its fragments."""
    session.run("antsibull-changelog", "lint")
    session.run("antsibull-changelog", "lint-changelog-yaml", "changelogs/changelog.yaml")


@nox.session
def sanity(session: nox.Session) -> None:
    """ansible-test sanity, on the collection as users install it."""
    ansible_test(session, "sanity")


@nox.session
def unit(session: nox.Session) -> None:
    """Unit tests, on the collection as users install it."""
    ansible_test(session, "units")


@nox.session
def integration(session: nox.Session) -> None:
    """Modules, playbooks and the sandbox itself, with real Redis processes."""
    # Three workers for two cores: they wait for Redis a fifth of their time. What takes long is collected first.
    division = ("-n", "3", "--no-loadscope-reorder")
    session.run("pytest", "tests/integration", *division, "-m", "not extended", *session.posargs)


@nox.session
def spring(session: nox.Session) -> None:
    """A real Spring application, booted with the configuration that the role rendered."""
    session.run("pytest", "tests/spring", "-m", "not extended", *session.posargs)


@nox.session(name="spring-all")
def spring_all(session: nox.Session) -> None:
    """The same for every topology, source of configuration and Spring Boot line."""
    session.run("pytest", "tests/spring", "-n", "2", "--dist", "loadfile", *session.posargs)


@nox.session
def molecule(session: nox.Session) -> None:
    """The role's scenarios, in a sandbox of their own."""
    sys.path.insert(0, "tests")
    from sandbox.__main__ import exports
    from sandbox.testing import running_sandbox

    with running_sandbox(CACHE / "molecule") as sandbox:
        session.run("molecule", "test", "--all", *session.posargs, env=exports(sandbox.settings))


def ansible_test(session: nox.Session, command: str) -> None:
    """Run ansible-test on a fresh installation."""
    cache = CACHE / "home/.ansible/test/cache"
    cache.mkdir(parents=True, exist_ok=True)
    shutil.copy(".ci/get_pip.py", cache / "get_pip_24_2.py")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    with session.chdir(install_collection(session)):
        session.run("ansible-test", command, "--local", "--python", python)


def install_collection(session: nox.Session) -> Path:
    """Build the tarball and install it where ansible-test wants it: dependencies beside it, its files known to git."""
    tree = CACHE / "collections" / session.name
    shutil.rmtree(tree, ignore_errors=True)
    galaxy = functools.partial(session.run, "ansible-galaxy", "collection", env={"ANSIBLE_COLLECTIONS_PATH": str(tree)})
    galaxy("build", "--output-path", str(tree))
    galaxy("install", *map(str, tree.glob("*.tar.gz")), "--offline", "--collections-path", str(tree))
    galaxy("verify", NAME, "--offline")
    for namespace in ("amazon", "community"):
        (tree / "ansible_collections" / namespace).symlink_to(SITE_PACKAGES / "ansible_collections" / namespace)
    session.run("git", "init", "--quiet", str(tree / COLLECTION))
    return tree / COLLECTION
