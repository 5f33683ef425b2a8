# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metric math expressions (CloudWatch user guide, "Using math expressions"): syntax and the ids that they use."""

from __future__ import annotations

import ast
import re

FUNCTIONS = frozenset(
    (
        *("ABS", "ANOMALY_DETECTION_BAND", "AVG", "CEIL", "DATAPOINT_COUNT", "DATE", "DAY", "DB_PERF_INSIGHTS", "DIFF"),
        *("DIFF_TIME", "EPOCH", "FILL", "FIRST", "FLOOR", "HOUR", "IF", "INSIGHT_RULE_METRIC", "LAMBDA", "LAST", "LOG"),
        *("LOG10", "MAX", "METRICS", "METRIC_COUNT", "MIN", "MINUTE", "MONTH", "PERIOD", "RATE", "REMOVE_EMPTY"),
        *("RUNNING_SUM", "SEARCH", "SERVICE_QUOTA", "SLICE", "SORT", "STDDEV", "SUM", "TIME_SERIES", "YEAR"),
    )
)
CONSTANTS = frozenset({"REPEAT", "LINEAR", "ASC", "DSC"})
_OPERATORS = {r"\bAND\b|&&": " and ", r"\bOR\b|\|\|": " or ", r"\^": "**"}
_NODES = (
    *(ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.Name, ast.Constant, ast.List),
    *(ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context),
)


def ids_of(expression: str) -> set[str]:
    """
    The ids of other queries that an expression uses.

    The language is near enough to Python's expressions for Python's parser: only the operators are spelled otherwise.

    Raises:
        ValueError: What is wrong with the expression.
    """
    spelled = expression
    for operator, python in _OPERATORS.items():
        spelled = re.sub(operator, python, spelled)
    try:
        tree = ast.parse(spelled.strip(), mode="eval")
    except SyntaxError as error:
        raise ValueError(f"syntax error: {error.msg}") from error
    names = set()
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if not isinstance(node, _NODES):
            raise ValueError(f"unsupported {type(node).__name__}")
        if isinstance(node, ast.Name) and id(node) in functions and node.id not in FUNCTIONS:
            raise ValueError(f"unsupported function '{node.id}'")
        if isinstance(node, ast.Name) and id(node) not in functions and node.id not in CONSTANTS:
            names.add(node.id)
    return names
