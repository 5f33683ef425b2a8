// Copyright (c) 2026, AccessWeaver maintainers
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package com.example.probe;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;

/** Calls the rate limit of the library accessweaver1 on the connection that Spring made. */
@Component
public class Functions {

    private static final int LIMIT = 3;
    private static final int CALLS = 5;

    private final StringRedisTemplate template;

    public Functions(StringRedisTemplate template) {
        this.template = template;
    }

    Map<String, Object> findings() {
        String key = "aw:{probe-" + System.nanoTime() + "}:rate:probe";
        return Map.of("functions.admitted", IntStream.range(0, CALLS).filter(call -> isAdmitted(key)).count());
    }

    private boolean isAdmitted(String key) {
        RedisCallback<List<?>> call = connection -> rateLimit(commands(connection.getNativeConnection()), key);
        return Long.valueOf(1).equals(template.execute(call).get(0));
    }

    private static List<?> rateLimit(RedisClusterAsyncCommands<byte[], byte[]> commands, String key) {
        CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE)
                .add("aw1_rate_limit").add(1).addKey(key.getBytes(StandardCharsets.UTF_8)).add(LIMIT).add(60_000);
        try {
            return commands.dispatch(Fcall.FCALL, new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), arguments)
                    .toCompletableFuture().get(5, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    @SuppressWarnings("unchecked")
    private static RedisClusterAsyncCommands<byte[], byte[]> commands(Object nativeConnection) {
        return (RedisClusterAsyncCommands<byte[], byte[]>) nativeConnection;
    }

    /** Lettuce knows the command from 6.3 on; Spring Boot 2.7 and 3.1 bring older ones. */
    private enum Fcall implements ProtocolKeyword {
        FCALL;

        @Override
        public byte[] getBytes() {
            return name().getBytes(StandardCharsets.US_ASCII);
        }
    }
}
