// Copyright (c) 2026, AccessWeaver maintainers
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
package com.example.clients;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.UnifiedJedis;

/** Uses a deployment with Jedis, as its settings say. */
final class JedisProbe {

    static UnifiedJedis connect(JsonObject settings, String url) {
        URI uri = URI.create(settings.get(url).getAsString());
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder(uri)
                .connectionTimeoutMillis(settings.get("connectionTimeoutMillis").getAsInt())
                .socketTimeoutMillis(settings.get("socketTimeoutMillis").getAsInt())
                .clientName(settings.get("clientName").getAsString());
        if (uri.getScheme().equals("rediss")) {
            config.sslOptions(SslOptions.defaults()); // verifies the name of the host too
        }
        if (System.getenv("REDIS_AUTH_TOKEN") != null) { // for a file without it
            config.password(System.getenv("REDIS_AUTH_TOKEN"));
        }
        HostAndPort node = new HostAndPort(uri.getHost(), uri.getPort());
        return settings.get("mode").getAsString().equals("cluster")
                ? RedisClusterClient.builder().nodes(Set.of(node)).clientConfig(config.build()).build()
                : RedisClient.builder().hostAndPort(node).clientConfig(config.build()).build();
    }

    public static void main(String[] arguments) throws IOException {
        JsonObject settings = JsonParser.parseString(Files.readString(Path.of(arguments[0]))).getAsJsonObject();
        UnifiedJedis redis = connect(settings, "url");
        for (int number = 0; number < 30; number++) {
            redis.set("jedis:" + number, String.valueOf(number));
        }
        if (settings.has("reader_url")) {
            connect(settings, "reader_url").ping();
        }
        System.out.println("done");
        System.in.read();
    }
}
