--[[
Reads how far one partition's task and sinks are behind its log. Writes nothing. A script and not single
commands, because the age of the oldest entry takes its id alone, and XRANGE would send its block along.

KEYS[1] log (stream)
KEYS[2] meta (hash): field n, records ever appended
KEYS[3] checkpoint (hash)
KEYS[4..] sinks (hashes)

Returns { appended, folded, emitted, owner, epoch, age of the oldest entry that is not folded in ms,
inserted of each sink ... }, as texts; '' for an owner that is not there.
]]
local appended = redis.call('HGET', KEYS[2], 'n') or '0'
local cp = redis.call('HMGET', KEYS[3], 'folded', 'emitted', 'owner', 'epoch', 'position')
local folded = cp[1] or '0'
local age = 0
if tonumber(appended) > tonumber(folded) then
  local oldest = redis.call('XRANGE', KEYS[1], '(' .. (cp[5] or '0-0'), '+', 'COUNT', 1)[1]
  if oldest then
    local now = redis.call('TIME')
    local ms = now[1] * 1000 + math.floor(now[2] / 1000)
    age = math.max(0, ms - tonumber(string.match(oldest[1], '%d+')))
  end
end
local answer = { appended, folded, cp[2] or '0', cp[3] or '', cp[4] or '0', string.format('%d', age) }
for s = 4, #KEYS do answer[#answer + 1] = redis.call('HGET', KEYS[s], 'inserted') or '0' end
return answer
