// Copyright (c) 2026, AccessWeaver maintainers
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package com.example.probe;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.stereotype.Component;

/** Publishes messages and listens to them. */
@Component
public class Messages {

    private final StringRedisTemplate template;
    private final RedisConnectionFactory factory;

    public Messages(StringRedisTemplate template, RedisConnectionFactory factory) {
        this.template = template;
        this.factory = factory;
    }

    Map<String, Object> findings() {
        RedisMessageListenerContainer container = new RedisMessageListenerContainer();
        container.setConnectionFactory(factory);
        container.afterPropertiesSet();
        try {
            requireSubscriptions();
            return Map.of("messages", exchange(container, "probe:" + System.nanoTime()));
        } catch (RuntimeException failure) {
            return Map.of("messages", NestedExceptionUtils.getMostSpecificCause(failure).getClass().getSimpleName());
        } finally {
            container.stop();
        }
    }

    /** Where a connection cannot subscribe, it says so; since 4.0.9 and 4.1.2 a container would try again for ever. */
    private void requireSubscriptions() {
        RedisConnection connection = factory.getConnection();
        try {
            connection.subscribe((message, pattern) -> { }, "probe".getBytes(StandardCharsets.UTF_8));
        } finally {
            connection.close();
        }
    }

    private String exchange(RedisMessageListenerContainer container, String channel) {
        CountDownLatch received = new CountDownLatch(1);
        container.addMessageListener((message, pattern) -> received.countDown(), new ChannelTopic(channel));
        container.start();
        for (int attempt = 0; attempt < 50; attempt++) {
            template.convertAndSend(channel, "message " + attempt);
            if (isReceived(received)) {
                return "received";
            }
        }
        return "lost";
    }

    private static boolean isReceived(CountDownLatch received) {
        try {
            return received.await(50, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
