# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Stands in for the get-pip.py that ansible-test downloads from a host of its own, so that an index of packages is enough.

pip starts as a child process: ensurepip, run in this one, would hide the user's pip configuration from it.
"""

from __future__ import annotations

import subprocess
import sys

NOT_FOR_PIP = ("--no-setuptools", "--no-wheel")

subprocess.run([sys.executable, "-m", "ensurepip"], check=True)
arguments = [argument for argument in sys.argv[1:] if argument not in NOT_FOR_PIP]
sys.exit(subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *arguments], check=False).returncode)
