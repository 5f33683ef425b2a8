// Copyright (c) 2026, AccessWeaver maintainers
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package com.example.probe;

import java.io.InputStream;
import java.util.Scanner;
import java.util.stream.IntStream;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;

/** Uses the connection for each line that it reads, and answers how that went. */
@Component
public class Dialog {

    /** Enough keys to meet every shard of a small cluster. */
    private static final int KEYS = 12;

    private final StringRedisTemplate template;
    private final ObjectProvider<Runnable> more;

    /** What else uses Redis, where a test adds it. */
    public Dialog(StringRedisTemplate template, ObjectProvider<Runnable> more) {
        this.template = template;
        this.more = more;
    }

    void answer(InputStream questions) {
        Scanner lines = new Scanner(questions);
        while (lines.hasNextLine()) {
            lines.nextLine();
            System.out.println("probe " + use());
        }
    }

    private String use() {
        try {
            IntStream.range(0, KEYS).forEach(number -> template.opsForValue().set("dialog:" + number, "value"));
            more.forEach(Runnable::run);
            return "ok";
        } catch (RuntimeException failure) {
            return String.valueOf(NestedExceptionUtils.getMostSpecificCause(failure));
        }
    }
}
