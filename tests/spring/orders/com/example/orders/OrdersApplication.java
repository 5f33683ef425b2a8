// Copyright (c) 2026, AccessWeaver maintainers
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package com.example.orders;

import com.example.orders.redis.AccessPatterns;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Uses the sources that the role rendered and those of the documentation, and tells what came of it. */
@SpringBootApplication
@EnableCaching
public class OrdersApplication {

    private static final int KEYS = 30;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    public static void main(String[] arguments) {
        Map<String, Object> findings = new LinkedHashMap<>();
        try (ConfigurableApplicationContext context = SpringApplication.run(OrdersApplication.class, arguments)) {
            if (context.getEnvironment().containsProperty("orders.outage")) {
                findings.putAll(outage(context.getBean(Gate.class)));
                return;
            }
            findings.putAll(beans(context));
            findings.putAll(options(context.getBean(LettuceConnectionFactory.class)));
            findings.putAll(caches(context.getBean(Catalog.class), context.getBean(StringRedisTemplate.class)));
            findings.put("replica-reads", reads(context));
            findings.putAll(patterns(context.getBean(Gate.class), context.getBean(Accounts.class)));
            findings.put("refused", failure(() -> context.getBean(AccessPatterns.class).admission("t", "none", 0, MINUTE)));
        } finally {
            findings.forEach((name, value) -> System.out.println("probe " + name + "=" + value));
        }
    }

    /** Of each as many as Boot makes. */
    private static Map<String, Object> beans(ConfigurableApplicationContext context) {
        return Map.of(
            "factories", String.join(" ", context.getBeanNamesForType(RedisConnectionFactory.class)),
            "templates", context.getBeanNamesForType(RedisTemplate.class).length,
            "cache-manager", context.getBean("cacheManager").getClass().getSimpleName());
    }

    private static Map<String, Object> options(LettuceConnectionFactory factory) {
        Map<String, Object> findings = new LinkedHashMap<>();
        findings.put("tls", factory.getClientConfiguration().isUseSsl());
        findings.put("client-name", factory.getClientConfiguration().getClientName().orElse(""));
        findings.put("timeout", factory.getClientConfiguration().getCommandTimeout().toMillis());
        ClientOptions options = factory.getClientConfiguration().getClientOptions().orElseThrow();
        findings.put("connect-timeout", options.getSocketOptions().getConnectTimeout().toMillis());
        findings.put("keep-alive", options.getSocketOptions().isKeepAlive());
        findings.put("disconnected", options.getDisconnectedBehavior());
        if (options instanceof ClusterClientOptions cluster) {
            findings.put("refresh", cluster.getTopologyRefreshOptions().getRefreshPeriod().toSeconds());
            findings.put("validate-membership", cluster.isValidateClusterNodeMembership());
        }
        return findings;
    }

    private static Map<String, Object> caches(Catalog catalog, StringRedisTemplate redis) {
        IntStream.range(0, 3).forEach(number -> catalog.roles("user" + number));
        IntStream.range(0, 3).forEach(number -> await(redis, "roles::user" + number));
        catalog.forgetRoles();
        catalog.price("book");
        await(redis, "prices::book");
        catalog.price("book");
        Set<String> loaded = catalog.permissions("alice");
        await(redis, "permissions::alice");
        return Map.of("same", loaded.equals(catalog.permissions("alice")), "loads", catalog.loads());
    }

    /** Later lines do not wait until Redis has what they cache. */
    private static void await(StringRedisTemplate redis, String key) {
        eventually(() -> Boolean.TRUE.equals(redis.hasKey("aw:test:" + key)));
    }

    private static long reads(ConfigurableApplicationContext context) {
        StringRedisTemplate primary = context.getBean(StringRedisTemplate.class);
        Statistics replicas = context.getBean(Statistics.class);
        IntStream.range(0, KEYS).forEach(number -> primary.opsForValue().set("key:" + number, "value" + number));
        return IntStream.range(0, KEYS).filter(number -> eventually(
            () -> ("value" + number).equals(replicas.figure("key:" + number)))).count();
    }

    private static Map<String, Object> patterns(Gate gate, Accounts accounts) {
        String tenant = "t/" + System.nanoTime() + " *{é}";
        Instant later = Instant.now().plusSeconds(60);
        Map<String, Object> findings = new LinkedHashMap<>();
        findings.put("admitted", IntStream.range(0, 15).filter(call -> gate.admits(tenant, "bob")).count());
        findings.put("session", gate.claims(tenant, "s1", later).orElse("none"));
        accounts.close("s1");
        findings.put("cached-session", gate.claims(tenant, "s1", later).orElse("none"));
        gate.logout(tenant, "s1", later);
        findings.put("revoked-session", gate.claims(tenant, "s1", later).orElse("none"));
        findings.put("unknown-session", gate.claims(tenant, "s9", later).orElse("none"));
        findings.put("permission", gate.permission(tenant, "bob", "book"));
        accounts.grant("write");
        findings.put("cached-permission", gate.permission(tenant, "bob", "book"));
        gate.permissionsChanged(tenant, "bob");
        findings.put("fresh-permission", gate.permission(tenant, "bob", "book"));
        return findings;
    }

    /** What each of them throws while there is no Redis. */
    private static Map<String, Object> outage(Gate gate) {
        Instant later = Instant.now().plus(MINUTE);
        return Map.of(
            "admits", failure(() -> gate.admits("t", "bob")),
            "claims", failure(() -> gate.claims("t", "s1", later)),
            "logout", failure(() -> gate.logout("t", "s1", later)),
            "permission", failure(() -> gate.permission("t", "bob", "book")),
            "permissionsChanged", failure(() -> gate.permissionsChanged("t", "bob")));
    }

    private static String failure(Runnable call) {
        try {
            call.run();
            return "none";
        } catch (DataAccessException failure) {
            return "DataAccessException";
        } catch (RuntimeException failure) {
            return failure.getClass().getName();
        }
    }

    /** Replicas lag behind. */
    private static boolean eventually(BooleanSupplier condition) {
        for (int attempt = 0; attempt < 50; attempt++) {
            if (condition.getAsBoolean()) {
                return true;
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        return false;
    }
}
