// Copyright (c) 2026, AccessWeaver maintainers
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package com.example.probe;

import org.springframework.cache.annotation.Cacheable;
import org.springframework.stereotype.Service;

/** Something slow that a cache answers the second time. */
@Service
public class Greetings {

    private int calls;

    @Cacheable("greetings")
    public String greet(String name) {
        calls++;
        return "Hello, " + name + "!";
    }

    /** How many times somebody was really greeted. */
    public int calls() {
        return calls;
    }
}
