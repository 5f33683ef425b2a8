// Copyright (c) 2026, AccessWeaver maintainers
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package com.example.sessions;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.session.SessionRepository;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.WebRequest;

/** A web application whose sessions are in Redis: visits itself with one cookie, tells what came of it, and exits. */
@SpringBootApplication
@RestController
public class SessionsApplication {

    private static final String VISITS = "visits";

    @GetMapping("/visits")
    String visit(WebRequest request) {
        Integer before = (Integer) request.getAttribute(VISITS, RequestAttributes.SCOPE_SESSION);
        int visits = before == null ? 1 : before + 1;
        request.setAttribute(VISITS, visits, RequestAttributes.SCOPE_SESSION);
        return String.valueOf(visits);
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, Object> findings = new LinkedHashMap<>();
        try (ConfigurableApplicationContext context = SpringApplication.run(SessionsApplication.class, arguments)) {
            HttpClient browser = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
            Environment environment = context.getEnvironment();
            String place = "http://127.0.0.1:" + environment.getProperty("local.server.port") + "/visits";
            findings.put("visits", get(browser, place) + " " + get(browser, place));
            findings.put("repository", context.getBean(SessionRepository.class).getClass().getSimpleName());
            String namespace = environment.getProperty("probe.namespace");
            findings.putAll(kept(context.getBean(StringRedisTemplate.class), namespace));
        } finally {
            findings.forEach((name, value) -> System.out.println("probe " + name + "=" + value));
        }
    }

    private static String get(HttpClient browser, String place) throws IOException, InterruptedException {
        return browser.send(HttpRequest.newBuilder(URI.create(place)).build(), BodyHandlers.ofString()).body();
    }

    /** The one session of the namespace, and for how long Redis keeps it. */
    private static Map<String, Object> kept(StringRedisTemplate redis, String namespace) {
        Set<String> keys = redis.keys(namespace + ":sessions:????????-*");
        String key = keys.iterator().next();
        return Map.of("sessions", keys.size(), "ttl", redis.getExpire(key));
    }
}
