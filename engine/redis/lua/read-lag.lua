--[[
Reads how far one partition's task and sinks are behind its log. Writes nothing. A script and not single
commands, because the age of the oldest entry takes its id alone, and XRANGE would send its block along.

KEYS[1] live pointer (hash)
KEYS[2] log (stream)
KEYS[3] meta (hash): field n, records ever appended
KEYS[4] checkpoint (hash)
KEYS[5] timers (sorted set)
KEYS[6] dead letters (stream)
KEYS[7..] sinks (hashes)

KEYS[4..] are of the version that the caller takes for the live one; if it is not the one that is told first,
the caller asks again with its keys.

Returns { version that is live, appended, folded, emitted, owner, epoch, age of the oldest entry that is not
folded in ms, position, ms since the lease ended (0 while it holds), pause of the last takeover in ms, epoch
that began then, timers, dead letters, inserted of each sink ... }, as texts; '' for a pointer, an owner or a
takeover that is not there.
]]
local appended = redis.call('HGET', KEYS[3], 'n') or '0'
local cp = redis.call('HMGET', KEYS[4], 'folded', 'emitted', 'owner', 'epoch', 'position', 'until', 'pause',
  'pauseEpoch')
local folded = cp[1] or '0'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local age, silent = 0, 0
if tonumber(appended) > tonumber(folded) then
  local oldest = redis.call('XRANGE', KEYS[2], '(' .. (cp[5] or '0-0'), '+', 'COUNT', 1)[1]
  if oldest then
    age = math.max(0, now - tonumber(string.match(oldest[1], '%d+')))
  end
end
if cp[3] and cp[3] ~= '' then silent = math.max(0, now - tonumber(cp[6] or 0)) end
local answer = { redis.call('HGET', KEYS[1], 'version') or '', appended, folded, cp[2] or '0', cp[3] or '',
  cp[4] or '0', string.format('%d', age), cp[5] or '0-0', string.format('%d', silent), cp[7] or '',
  cp[8] or '', tostring(redis.call('ZCARD', KEYS[5])), tostring(redis.call('XLEN', KEYS[6])) }
for s = 7, #KEYS do answer[#answer + 1] = redis.call('HGET', KEYS[s], 'inserted') or '0' end
return answer
