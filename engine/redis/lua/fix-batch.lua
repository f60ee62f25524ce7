--[[
Fixes the next batch of a sink before it is inserted, so that every retry, by any owner, inserts exactly the
same.

KEYS[1] checkpoint (hash)
KEYS[2] sink (hash): position, pending, history, inserted
ARGV[1] lease: <epoch>@<history>
ARGV[2] position that the batch continues (entry id)
ARGV[3] last entry of the batch

Returns {last entry of the batch that must be inserted now, history in which it was fixed}: ARGV[3] and that
of the lease, or those of the batch that was fixed before; {'', ''} = fenced. A Redis that lost its last
writes may give their entry ids again, to other entries: the history tells such batches apart.
]]
local epoch, history = string.match(ARGV[1], '^(%d+)@(%w+)$')
if redis.call('HGET', KEYS[1], 'epoch') ~= epoch
  or not string.find(redis.call('INFO', 'replication'), 'master_replid:' .. history, 1, true) then
  return { '', '' }
end
local sink = redis.call('HMGET', KEYS[2], 'position', 'pending', 'history')
if (sink[1] or '0-0') ~= ARGV[2] then return { '', '' } end
if sink[2] and sink[2] ~= '' then return { sink[2], sink[3] or '' } end
redis.call('HSET', KEYS[2], 'pending', ARGV[3], 'history', history)
return { ARGV[3], history }
