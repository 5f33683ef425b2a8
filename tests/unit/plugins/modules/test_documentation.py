# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module returns is what its documentation says that it returns."""

from __future__ import annotations

import yaml

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.replication_group_fields import (
    Observed,
)
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.replication_group_state import (
    resource,
)
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_replication_group import ARGUMENTS, RETURN


def test_every_key_of_a_replication_group_is_documented_with_the_type_of_its_option():
    documented = yaml.safe_load(RETURN)["replication_group"]["contains"]
    returned = resource(Observed({"ReplicationGroupId": "demo", "Status": "creating"}, [], {}))
    assert set(documented) == set(returned)
    types = {name: entry["type"] for name, entry in documented.items() if name in ARGUMENTS}
    assert types == {name: ARGUMENTS[name].get("type", "str") for name in types}
