--[[
Tells a version that is not live how far the live one has come in a partition.

KEYS[1] checkpoint of the live version (hash)
KEYS[2] timers of the live version (sorted set)
KEYS[3] log (stream)
ARGV[1] position of the version that asks (entry id)

Returns {position of the live version, time}: every timer of the live version that was due before `time` (ms)
has fired. It is the least of its earliest timer that waits, the entry after ARGV[1], and now, or the instant
since when the partition is held.
]]
local time = redis.call('TIME')
local before = time[1] * 1000 + math.floor(time[2] / 1000)
local live = redis.call('HMGET', KEYS[1], 'position', 'epoch', 'held')
local epoch, since = string.match(live[3] or '', '(%d+):(%d+)')
if epoch and epoch == live[2] then before = tonumber(since) end
local waiting = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
if waiting[2] then before = math.min(before, tonumber(waiting[2])) end
local following = redis.call('XRANGE', KEYS[3], '(' .. ARGV[1], '+', 'COUNT', 1)
if following[1] then before = math.min(before, tonumber(string.match(following[1][1], '%d+'))) end
return { live[1] or '0-0', string.format('%d', before) }
