// Copyright (c) 2026, AccessWeaver maintainers
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package com.example.probe;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.context.properties.ConfigurationProperties;

/** The application's own part of the configuration. */
@ConfigurationProperties("accessweaver.cache.redis")
public record ApplicationSettings(
        boolean enabled, Map<String, String> keyPatterns, Map<String, Duration> ttl, Reader reader) {

    /** Where an application of an older line finds the reader endpoint. */
    public record Reader(String host, int port, String readFrom) {}

    Map<String, Object> findings() {
        Map<String, Object> findings = new LinkedHashMap<>();
        findings.put("application.enabled", enabled);
        if (keyPatterns != null) {
            keyPatterns.forEach((name, pattern) -> findings.put("application.key-patterns." + name, pattern));
        }
        if (ttl != null) {
            ttl.forEach((name, duration) -> findings.put("application.ttl." + name, duration.toSeconds()));
        }
        if (reader != null) {
            findings.put("application.reader", reader.host() + ":" + reader.port());
        }
        return findings;
    }
}
