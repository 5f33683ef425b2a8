// Copyright (c) 2026, AccessWeaver maintainers
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package com.example.probe;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Boots with whatever configuration it is given, tells what became of it, uses it, and exits. With {@code probe.dialog}
 * it uses it whenever it is asked to instead.
 *
 * <p>Only what every Spring Boot line has is used, and nothing of Boot's Redis auto-configuration is replaced.
 */
@SpringBootApplication
@ConfigurationPropertiesScan
@EnableCaching
public class ProbeApplication {

    public static void main(String[] arguments) {
        try (ConfigurableApplicationContext context = SpringApplication.run(ProbeApplication.class, arguments)) {
            if (context.getEnvironment().getProperty("probe.dialog", Boolean.class, false)) {
                context.getBean(Dialog.class).answer(System.in);
            } else {
                tell(context);
            }
        }
    }

    private static void tell(ConfigurableApplicationContext context) {
        Map<String, Object> findings = new LinkedHashMap<>();
        try {
            findings.putAll(context.getBean(ConnectionReport.class).findings());
            findings.putAll(context.getBean(ApplicationSettings.class).findings());
            findings.putAll(context.getBean(Exercise.class).findings());
            findings.putAll(context.getBean(Functions.class).findings());
            findings.putAll(context.getBean(Messages.class).findings());
        } finally {
            findings.forEach((name, value) -> System.out.println("probe " + name + "=" + value));
        }
    }
}
