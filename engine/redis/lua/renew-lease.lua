--[[
Prolongs a lease.

KEYS[1] checkpoint (hash)
ARGV[1] epoch
ARGV[2] lease, ms

Returns 1, or 0 when the epoch is no longer the current one (fenced).
]]
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'until', string.format('%d', now + ARGV[2]))
return 1
