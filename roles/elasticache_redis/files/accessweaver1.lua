#!lua name=accessweaver1
-- Copyright (c) 2026, AccessWeaver maintainers
-- GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
-- SPDX-License-Identifier: GPL-3.0-or-later

-- Access patterns that need several commands at once. docs/patterns.md describes keys, arguments and results.
--
-- The number in all names is the major version: a library with other arguments or results gets another name, and both
-- are loaded until the last application has moved.
--
-- Fills cannot bring back what was deleted: a key carries a version of its own, which whoever fills has to name as it
-- was before the data was loaded. Deleting the key, by whom and for whatever reason (also eviction and expiry), deletes
-- the version with it, and the next one is another.

local VERSION = '1.1.0'
local LEASE_MS = 60 * 1000 -- a fill may take that long
local SCOPE_MS = 24 * 60 * 60 * 1000 -- the version of a tenant or a user lives that long after the last fill
local LEEWAY_MS = 60 * 1000 -- clocks of nodes may differ by that much when a replica becomes primary
local PRUNED_AT_ONCE = 100 -- bounds the time that a revocation takes
local EXACT = 2 ^ 53 -- beyond it numbers of Lua, and scores, have gaps

local function digits(number)
  return string.format('%.0f', number) -- tostring() would round it to 14 digits
end

local function microseconds()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

local function expect(keys, key_count, args, arg_count)
  if #keys ~= key_count or #args ~= arg_count then
    error(string.format('expected %d keys and %d arguments, got %d and %d', key_count, arg_count, #keys, #args), 0)
  end
end

local function whole(name, text)
  local number = tonumber(text)
  if not number or number < 1 or number > EXACT or number ~= math.floor(number) then
    error(name .. ' must be a whole number from 1 on', 0)
  end
  return number
end

-- Admits a call if there were fewer than limit in the window that ends now. Keeps the time of each admitted call.
local function rate_limit(keys, args)
  expect(keys, 1, args, 2)
  local limit, window = whole('limit', args[1]), whole('window_ms', args[2]) * 1000
  local now = microseconds()
  redis.call('ZREMRANGEBYSCORE', keys[1], '-inf', digits(now - window))
  local count = redis.call('ZCARD', keys[1])
  if count < limit then
    -- The count keeps apart calls of one microsecond.
    redis.call('ZADD', keys[1], digits(now), digits(now) .. '-' .. count)
    redis.call('PEXPIRE', keys[1], digits(window / 1000))
    return {1, limit - count - 1, 0}
  end
  -- More than limit were admitted if it was higher then; room is made by the one that leaves limit - 1.
  local leaving = redis.call('ZRANGE', keys[1], count - limit, count - limit, 'WITHSCORES')[2]
  return {0, 0, math.ceil((tonumber(leaving) + window - now) / 1000)}
end

-- The version of the revocations is a member of their own set, so that no eviction takes the ones and leaves the other.
-- While the set holds nothing else it lives as long as a fill or a session that names the version; so tenants that are only
-- asked about leave nothing behind. With a revocation in it, it has no time to live: policies that evict only keys with one
-- leave it alone. However it goes, every session of the tenant is unknown then, not valid.
local function revocations_version(key)
  local version = redis.call('ZRANGEBYSCORE', key, '+inf', '+inf')[1]
  if not version then
    version = digits(microseconds())
    redis.call('ZADD', key, '+inf', version)
    redis.call('PEXPIRE', key, LEASE_MS)
  end
  return version
end

local function keep(key, milliseconds)
  local left = redis.call('PTTL', key) -- negative without a time to live
  if left >= 0 and left < milliseconds then
    redis.call('PEXPIRE', key, digits(milliseconds))
  end
end

local function session_read(keys, args)
  expect(keys, 2, args, 0)
  local version = revocations_version(keys[1])
  if redis.call('ZSCORE', keys[1], keys[2]) then
    return {'revoked', version, false}
  end
  local session = redis.call('HMGET', keys[2], 'version', 'claims')
  if session[1] == version then
    return {'active', version, session[2]}
  end
  keep(keys[1], LEASE_MS)
  return {'unknown', version, false}
end

local function session_fill(keys, args)
  expect(keys, 2, args, 3)
  local version, expires_at = args[1], whole('expires_at_ms', args[2])
  if redis.call('ZSCORE', keys[1], keys[2]) then
    return 'revoked'
  end
  local left = expires_at - math.floor(microseconds() / 1000)
  if left <= 0 then
    return 'expired'
  end
  if version ~= revocations_version(keys[1]) then
    return 'unknown'
  end
  redis.call('HSET', keys[2], 'version', version, 'claims', args[3])
  redis.call('PEXPIREAT', keys[2], digits(expires_at))
  keep(keys[1], left + LEEWAY_MS)
  return 'active'
end

-- What cannot be filled any more, because it has expired, need not stay revoked.
local function prune(key, before)
  local over = redis.call('ZRANGEBYSCORE', key, '-inf', digits(before), 'LIMIT', 0, PRUNED_AT_ONCE)
  if #over > 0 then
    redis.call('ZREM', key, unpack(over))
  end
end

local function session_revoke(keys, args)
  expect(keys, 2, args, 1)
  local expires_at = whole('expires_at_ms', args[1])
  redis.call('UNLINK', keys[2])
  revocations_version(keys[1])
  local known = tonumber(redis.call('ZSCORE', keys[1], keys[2]) or 0)
  redis.call('ZADD', keys[1], digits(math.max(known, expires_at)), keys[2])
  redis.call('PERSIST', keys[1])
  prune(keys[1], math.floor(microseconds() / 1000) - LEEWAY_MS)
  return 1
end

local function scope(key)
  local version = redis.call('GET', key)
  if not version then
    version = digits(microseconds())
    redis.call('SET', key, version, 'PX', SCOPE_MS)
  end
  return version
end

local function scopes(keys)
  return scope(keys[1]) .. '-' .. scope(keys[2]) .. '-'
end

local function permission_read(keys, args)
  expect(keys, 3, args, 0)
  local current = scopes(keys)
  local entry = redis.call('HMGET', keys[3], 'version', 'value')
  if entry[1] and string.sub(entry[1], 1, #current) == current then
    return entry
  end
  local version = current .. digits(microseconds())
  redis.call('UNLINK', keys[3])
  redis.call('HSET', keys[3], 'version', version)
  redis.call('PEXPIRE', keys[3], LEASE_MS)
  return {version, false}
end

local function permission_fill(keys, args)
  expect(keys, 3, args, 3)
  local version, ttl = args[1], whole('ttl_ms', args[2])
  local current = scopes(keys)
  if string.sub(version, 1, #current) ~= current or redis.call('HGET', keys[3], 'version') ~= version then
    return 0
  end
  redis.call('HSET', keys[3], 'value', args[3])
  redis.call('PEXPIRE', keys[3], digits(ttl))
  redis.call('PEXPIRE', keys[1], SCOPE_MS)
  redis.call('PEXPIRE', keys[2], SCOPE_MS)
  return 1
end

local function version()
  return VERSION
end

-- A full memory must neither hide sessions and permissions nor stop a revocation: without allow-oom Redis would not even
-- begin the function. What only adds is refused then.
redis.register_function('aw1_rate_limit', rate_limit)
redis.register_function{function_name = 'aw1_session_read', callback = session_read, flags = {'allow-oom'}}
redis.register_function('aw1_session_fill', session_fill)
redis.register_function{function_name = 'aw1_session_revoke', callback = session_revoke, flags = {'allow-oom'}}
redis.register_function{function_name = 'aw1_permission_read', callback = permission_read, flags = {'allow-oom'}}
redis.register_function('aw1_permission_fill', permission_fill)
redis.register_function{function_name = 'aw1_version', callback = version, flags = {'no-writes'}}
