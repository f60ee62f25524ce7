--[[
Tells a version that is not live how far the live one has come in a partition.

KEYS[1] checkpoint of the live version (hash)
KEYS[2] timers of the live version (sorted set)
KEYS[3] log (stream)
ARGV[1] position of the version that asks (entry id)

Returns {position of the live version, time}: every timer of the log's time that was due
before `time` (ms) has fired in the live version. It is the least of its earliest timer that waits, the entry
after ARGV[1], and now, or the instant since when the partition is held.
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

local time = redis.call('TIME')
local before = time[1] * 1000 + math.floor(time[2] / 1000)
local live = redis.call('HMGET', KEYS[1], 'position', 'epoch', 'held')
local epoch, since = string.match(live[3] or '', '(%d+):(%d+)')
if epoch and epoch == live[2] then before = tonumber(since) end
before = earliest(KEYS[2], before) or before
local following = redis.call('XRANGE', KEYS[3], '(' .. ARGV[1], '+', 'COUNT', 1)
if following[1] then before = math.min(before, tonumber(string.match(following[1][1], '%d+'))) end
return { live[1] or '0-0', string.format('%d', before) }
