// Copyright (c) 2026, AccessWeaver maintainers
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Uses a deployment with ioredis, as its settings say.
import { readFileSync } from "node:fs";
import { Cluster, Redis } from "ioredis";

function connect(file, node = "node") {
  const settings = JSON.parse(readFileSync(file));
  const options = settings.options;
  if (process.env.REDIS_AUTH_TOKEN) options.password = process.env.REDIS_AUTH_TOKEN; // for a file without it
  if (settings.ca_file) options.tls.ca = readFileSync(settings.ca_file);
  if (settings.mode !== "cluster") return new Redis({ ...settings[node], ...options });
  const dnsLookup = (address, done) => done(null, address); // keeps the names that the certificates are for
  return new Cluster([settings.node], { dnsLookup, redisOptions: options });
}

const file = process.argv[2];
const redis = connect(file);
redis.on("error", (error) => {
  console.error(String(error.lastNodeError ?? error));
  process.exit(1);
});
for (let number = 0; number < 30; number++) await redis.set(`ioredis:${number}`, number);
if (JSON.parse(readFileSync(file)).reader) await connect(file, "reader").ping();
console.log("done");
process.stdin.on("end", () => process.exit(0)).resume();
