--[[
Reads where everything of one partition stands at one instant. Writes nothing. One script, because counts that
are read one after another of a running system never belong together.

KEYS[1] log (stream)
KEYS[2] meta (hash): field n, records ever appended
KEYS[3] checkpoint (hash)
KEYS[4] outbox (stream)
KEYS[5] timers (sorted set)
KEYS[6] dead letters (stream)
KEYS[7..] sinks (hashes)

Returns texts: appended, last entry of the log, epoch, sequence, position, folded, emitted, last entry of the
outbox, due of the first timer ('' = none), timers, dead letters, and of each sink: position, pending,
inserted.
]]
local function last(stream)
  local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
  return newest and newest[1] or '0-0'
end
local cp = redis.call('HMGET', KEYS[3], 'epoch', 'sequence', 'position', 'folded', 'emitted')
local timer = redis.call('ZRANGE', KEYS[5], 0, 0, 'WITHSCORES')
local answer = { redis.call('HGET', KEYS[2], 'n') or '0', last(KEYS[1]), cp[1] or '0', cp[2] or '0',
  cp[3] or '0-0', cp[4] or '0', cp[5] or '0', last(KEYS[4]), timer[2] or '',
  tostring(redis.call('ZCARD', KEYS[5])), tostring(redis.call('XLEN', KEYS[6])) }
for s = 7, #KEYS do
  local sink = redis.call('HMGET', KEYS[s], 'position', 'pending', 'inserted')
  answer[#answer + 1] = sink[1] or '0-0'
  answer[#answer + 1] = sink[2] or ''
  answer[#answer + 1] = sink[3] or '0'
end
return answer
