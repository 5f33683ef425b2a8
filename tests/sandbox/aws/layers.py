# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which layer stands before which of MiniStack's services."""

from __future__ import annotations

from sandbox.aws import cloudwatch
from sandbox.aws.budgets import BudgetRules
from sandbox.aws.ec2.layer import Ec2Layer
from sandbox.aws.logs import LogsLayer
from sandbox.aws.model_layer import ModelLayer
from sandbox.aws.neighbours import Neighbours
from sandbox.settings import Settings
from sandbox.wire import Layer


def layers(settings: Settings, neighbours: Neighbours) -> dict[str, Layer]:
    """The layers by the name that credential scopes give the service."""
    return {
        "budgets": ModelLayer("budgets", BudgetRules(settings.account_id)),
        "ec2": Ec2Layer(neighbours),
        "kms": ModelLayer("kms"),
        "logs": LogsLayer(neighbours),
        "monitoring": ModelLayer("cloudwatch", cloudwatch.check, cloudwatch.amend),
        "secretsmanager": ModelLayer("secretsmanager"),
        "sns": ModelLayer("sns"),
        "ssm": ModelLayer("ssm"),
    }
