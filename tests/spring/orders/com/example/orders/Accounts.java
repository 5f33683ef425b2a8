// Copyright (c) 2026, AccessWeaver maintainers
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package com.example.orders;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

import org.springframework.stereotype.Repository;

/** The truth that Redis keeps copies of. */
@Repository
public class Accounts {

    private final Set<String> sessions = new HashSet<>(Set.of("s1"));
    private String permission = "read";

    public Optional<String> claims(String session) {
        return sessions.contains(session) ? Optional.of("claims of " + session) : Optional.empty();
    }

    public void close(String session) {
        sessions.remove(session);
    }

    public String permission(String user, String resource) {
        return permission;
    }

    public void grant(String other) {
        permission = other;
    }
}
