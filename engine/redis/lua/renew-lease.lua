--[[
Prolongs a lease.

KEYS[1] checkpoint (hash)
ARGV[1] lease: <epoch>@<history>
ARGV[2] lease, ms

Returns 1, or 0 when the epoch is no longer the current one (fenced).
]]
local epoch, history = string.match(ARGV[1], '^(%d+)@(%w+)$')
if redis.call('HGET', KEYS[1], 'epoch') ~= epoch
  or not string.find(redis.call('INFO', 'replication'), 'master_replid:' .. history, 1, true) then
  return 0
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'until', string.format('%d', now + ARGV[2]))
return 1
