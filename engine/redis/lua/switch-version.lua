--[[
Makes another version of a topology the live one in a partition that is held (hold-partition.lua).

Each version's outbox holds what it emitted while it was live, and its sinks insert all of that: so nothing of
the sinks is handed over. What the old version still has in its outbox, its sinks go on to insert; the new
version emits from the next record on. Its outbox goes on behind the last entry of the old one's, so that ids
grow across the switch.

KEYS[1] live pointer (hash)
KEYS[2] checkpoint of the old version    KEYS[3] of the new one (hashes)
KEYS[4] timers of the old version        KEYS[5] of the new one (sorted sets)
KEYS[6] outbox of the old version        KEYS[7] of the new one (streams)
KEYS[8] log (stream)
ARGV[1] old version
ARGV[2] new version
ARGV[3] epoch of the hold

Returns {'ok', generation}; a repeated call finds the new version live: {'ok', generation}.
{'lost', epoch} when the hold has ended; {'moved', version} when another version is live;
{'behind', position} while the new version has not come to the position and timers of the old one.
]]
-- Due time of the first timer of the log's time that is due before `limit`. Those of event time, whose
-- members end in \0 e, fire with the records of the log, which both versions fold alike.
local function earliest(timers, limit)
  for from = 0, redis.call('ZCARD', timers) - 1, 100 do
    local page = redis.call('ZRANGE', timers, from, from + 99, 'WITHSCORES')
    for i = 1, #page, 2 do
      local due = tonumber(page[i + 1])
      if due >= limit then return nil end
      if string.sub(page[i], -2) ~= '\0e' then return due end
    end
  end
end

local pointer = redis.call('HMGET', KEYS[1], 'version', 'generation')
if pointer[1] == ARGV[2] then return { 'ok', pointer[2] or '0' } end
if pointer[1] ~= ARGV[1] then return { 'moved', pointer[1] or '' } end
local old = redis.call('HMGET', KEYS[2], 'epoch', 'position', 'held')
if old[1] ~= ARGV[3] then return { 'lost', old[1] or '' } end
local position = redis.call('HGET', KEYS[3], 'position') or '0-0'
if position ~= (old[2] or '0-0') then return { 'behind', position } end

local fired = tonumber(string.match(old[3], ':(%d+)'))
if earliest(KEYS[5], fired) then
  fired = earliest(KEYS[4], fired) or fired
  local following = redis.call('XRANGE', KEYS[8], '(' .. position, '+', 'COUNT', 1)
  if following[1] then fired = math.min(fired, tonumber(string.match(following[1][1], '%d+'))) end
  if earliest(KEYS[5], fired) then return { 'behind', position } end
end

local function last(stream)
  if redis.call('EXISTS', stream) == 0 then return nil end
  local info = redis.call('XINFO', 'STREAM', stream)
  for i = 1, #info, 2 do if info[i] == 'last-generated-id' then return info[i + 1] end end
end
local function isAfter(a, b)
  local aMs, aN = string.match(a, '(%d+)-(%d+)')
  local bMs, bN = string.match(b, '(%d+)-(%d+)')
  if aMs ~= bMs then return tonumber(aMs) > tonumber(bMs) end
  return tonumber(aN) > tonumber(bN)
end
local from, to = last(KEYS[6]), last(KEYS[7])
if from and not to then
  redis.call('XADD', KEYS[7], from, 'd', '')
  redis.call('XDEL', KEYS[7], from)
elseif from and isAfter(from, to) then
  redis.call('XSETID', KEYS[7], from)
end

redis.call('HSET', KEYS[1], 'version', ARGV[2], 'previous', ARGV[1])
redis.call('HDEL', KEYS[1], 'canary', 'share')
local generation = redis.call('HINCRBY', KEYS[1], 'generation', 1)
redis.call('HSET', KEYS[1], 'from:' .. ARGV[2], tostring(generation))
redis.call('HINCRBY', KEYS[3], 'epoch', 1)
for k = 2, 3 do redis.call('HSET', KEYS[k], 'owner', '', 'until', '0') end
return { 'ok', tostring(generation) }
