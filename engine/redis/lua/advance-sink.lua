--[[
Moves a sink past a batch that was inserted.

KEYS[1] checkpoint (hash)
KEYS[2] sink (hash): position, pending, inserted
ARGV[1] lease: <epoch>@<history>
ARGV[2] last entry of the inserted batch
ARGV[3] values of the batch (of all outputs, also those that the sink does not take)

Returns 1, or 0 when fenced. A repeated call finds no pending batch and answers 1.
]]
local epoch, history = string.match(ARGV[1], '^(%d+)@(%w+)$')
if redis.call('HGET', KEYS[1], 'epoch') ~= epoch
  or not string.find(redis.call('INFO', 'replication'), 'master_replid:' .. history, 1, true) then
  return 0
end
if redis.call('HGET', KEYS[2], 'pending') ~= ARGV[2] then return 1 end
redis.call('HSET', KEYS[2], 'position', ARGV[2], 'pending', '')
redis.call('HINCRBY', KEYS[2], 'inserted', ARGV[3])
return 1
