// Copyright (c) 2026, AccessWeaver maintainers
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package com.example.probe;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettucePoolingClientConfiguration;
import org.springframework.stereotype.Component;

/** What the connection factory really uses, read from the running object. */
@Component
public class ConnectionReport {

    private static final Map<ReadFrom, String> READ_FROM = Map.of(
            ReadFrom.UPSTREAM, "upstream",
            ReadFrom.REPLICA, "replica",
            ReadFrom.REPLICA_PREFERRED, "replica-preferred",
            ReadFrom.ANY, "any");

    private final LettuceConnectionFactory factory;

    public ConnectionReport(LettuceConnectionFactory factory) {
        this.factory = factory;
    }

    Map<String, Object> findings() {
        LettuceClientConfiguration client = factory.getClientConfiguration();
        Map<String, Object> findings = new LinkedHashMap<>();
        findings.put("cluster", factory.isClusterAware());
        findings.put("tls", client.isUseSsl());
        findings.put("verify-peer", client.isVerifyPeer());
        findings.put("timeout", client.getCommandTimeout().toMillis());
        findings.put("shutdown-timeout", client.getShutdownTimeout().toMillis());
        findings.put("client-name", client.getClientName().orElse(null));
        findings.put("read-from", client.getReadFrom().map(READ_FROM::get).orElse(null));
        findings.putAll(endpoints());
        findings.putAll(pool(client));
        client.getClientOptions().ifPresent(options -> findings.putAll(options(options)));
        return findings;
    }

    private Map<String, Object> endpoints() {
        RedisClusterConfiguration cluster = factory.getClusterConfiguration();
        if (cluster == null) {
            return Map.of("endpoint", factory.getHostName() + ":" + factory.getPort());
        }
        return Map.of(
                "endpoint", cluster.getClusterNodes().iterator().next().asString(),
                "max-redirects", cluster.getMaxRedirects());
    }

    private static Map<String, Object> pool(LettuceClientConfiguration client) {
        if (client instanceof LettucePoolingClientConfiguration pooling) {
            return Map.of("pool.max-active", pooling.getPoolConfig().getMaxTotal());
        }
        return Map.of();
    }

    private static Map<String, Object> options(ClientOptions options) {
        Map<String, Object> findings = new LinkedHashMap<>();
        findings.put("connect-timeout", options.getSocketOptions().getConnectTimeout().toMillis());
        if (options instanceof ClusterClientOptions cluster) {
            ClusterTopologyRefreshOptions refresh = cluster.getTopologyRefreshOptions();
            findings.put("refresh.period", refresh.getRefreshPeriod().toSeconds());
            findings.put("refresh.periodic", refresh.isPeriodicRefreshEnabled());
            findings.put("refresh.dynamic-sources", refresh.useDynamicRefreshSources());
            findings.put("refresh.adaptive-triggers", refresh.getAdaptiveRefreshTriggers().size());
        }
        return findings;
    }
}
