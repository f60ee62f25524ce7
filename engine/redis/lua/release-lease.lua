--[[
Gives a lease back, so that the next owner need not wait for its end.

KEYS[1] checkpoint (hash)
ARGV[1] lease: <epoch>@<history>

Returns 1, or 0 when the epoch is no longer the current one.
]]
local epoch, history = string.match(ARGV[1], '^(%d+)@(%w+)$')
if redis.call('HGET', KEYS[1], 'epoch') ~= epoch
  or not string.find(redis.call('INFO', 'replication'), 'master_replid:' .. history, 1, true) then
  return 0
end
redis.call('HSET', KEYS[1], 'owner', '', 'until', '0')
return 1
