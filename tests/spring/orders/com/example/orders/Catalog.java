// Copyright (c) 2026, AccessWeaver maintainers
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package com.example.orders;

import java.util.Set;

import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.stereotype.Service;

/** Answers that are cached, and how often they were not. */
@Service
public class Catalog {

    private int loads;

    @Cacheable("permissions")
    public Set<String> permissions(String user) {
        loads++;
        return Set.of("read");
    }

    @Cacheable("prices")
    public String price(String item) {
        loads++;
        return "12.90";
    }

    @Cacheable("roles")
    public String roles(String user) {
        loads++;
        return "admin";
    }

    @CacheEvict(cacheNames = "roles", allEntries = true)
    public void forgetRoles() {
    }

    public int loads() {
        return loads;
    }
}
