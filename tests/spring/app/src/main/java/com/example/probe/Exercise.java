// Copyright (c) 2026, AccessWeaver maintainers
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package com.example.probe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;

/** Uses the connection the way an application does. */
@Component
public class Exercise {

    /** Enough keys to meet every shard of a small cluster. */
    private static final int KEYS = 30;

    private final StringRedisTemplate template;
    private final Greetings greetings;

    public Exercise(StringRedisTemplate template, Greetings greetings) {
        this.template = template;
        this.greetings = greetings;
    }

    Map<String, Object> findings() {
        Map<String, Object> findings = new LinkedHashMap<>();
        IntStream.range(0, KEYS).forEach(number -> template.opsForValue().set("probe:" + number, "value " + number));
        findings.put("keys.read", IntStream.range(0, KEYS).filter(this::isReadable).count());
        findings.putAll(cache("bob-" + System.nanoTime()));
        return findings;
    }

    private boolean isReadable(int number) {
        return eventually(() -> ("value " + number).equals(template.opsForValue().get("probe:" + number)));
    }

    private Map<String, Object> cache(String name) {
        String first = greetings.greet(name);
        eventually(() -> !keysOf(name).isEmpty());
        String key = keysOf(name).iterator().next();
        eventually(() -> Boolean.TRUE.equals(template.hasKey(key)));
        Map<String, Object> findings = new LinkedHashMap<>();
        findings.put("cache.same-answer", first.equals(greetings.greet(name)));
        findings.put("cache.calls", greetings.calls());
        findings.put("cache.key-prefix", key.substring(0, key.length() - name.length()));
        findings.put("cache.ttl", template.getExpire(key));
        return findings;
    }

    private Set<String> keysOf(String name) {
        Set<String> keys = template.keys("*" + name);
        return keys == null ? Set.of() : keys;
    }

    /** Replicas answer too, and they lag behind. */
    private static boolean eventually(BooleanSupplier condition) {
        for (int attempt = 0; attempt < 50; attempt++) {
            if (condition.getAsBoolean()) {
                return true;
            }
            LockSupport.parkNanos(20_000_000);
        }
        return false;
    }
}
