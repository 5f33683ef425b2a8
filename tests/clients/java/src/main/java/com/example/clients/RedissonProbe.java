// Copyright (c) 2026, AccessWeaver maintainers
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
package com.example.clients;

import java.io.File;
import java.io.IOException;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/** Uses a deployment with Redisson, as its settings say. */
final class RedissonProbe {

    static RedissonClient connect(File file) throws IOException {
        return Redisson.create(Config.fromYAML(file));
    }

    public static void main(String[] arguments) throws IOException {
        RedissonClient redis = connect(new File(arguments[0]));
        for (int number = 0; number < 30; number++) {
            redis.getBucket("redisson:" + number, StringCodec.INSTANCE).set(String.valueOf(number));
        }
        System.out.println("done");
        System.in.read();
        redis.shutdown();
    }
}
