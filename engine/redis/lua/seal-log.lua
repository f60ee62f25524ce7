--[[
Makes sure that whatever is appended from now on counts as accepted at this time or later, whatever the clock
of Redis does next, so that timers due before may fire (F1).

KEYS[1] log (stream)
ARGV[1] position up to which the log was read (entry id)
ARGV[2] when the first timer is due, ms

Returns the time, ms; 0 when there is something behind the position, or when nothing is due before the time.
Sealing again seals for longer: harmless. A log that nothing was ever appended to is not sealed.
]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if now <= tonumber(ARGV[2]) then return 0 end
if redis.call('EXISTS', KEYS[1]) == 0 then return now end
if #redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', 1) > 0 then return 0 end
local info = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' and tonumber(string.match(info[i + 1], '^%d+')) < now then
    redis.call('XSETID', KEYS[1], string.format('%d-0', now))
  end
end
return now
