--[[
Appends one block of relayed messages to the log of a partition, once, whoever repeats the call and however
late.

KEYS[1] log (stream)
KEYS[2] meta (hash): field n, records ever appended
KEYS[3] relay (hash) of one source partition: s, last outbox entry that was relayed to this log
ARGV[1] last outbox entry of the batch, <ms>-<n>
ARGV[2] number of messages in the block
ARGV[3] the block
ARGV[4] seconds until the relay is forgotten
ARGV[5] history of the data that the batch was read from (take-lease.lua); '' when another master of a cluster
        holds it, where the caller has checked it

Returns 1, or 0 when this batch or a later one was relayed before: a node that was frozen in the middle of a
batch may send it again after its successor has gone on. -1 when Redis lost its memory since: the batch may be
of a commit that never was.
]]
if ARGV[5] ~= ''
  and not string.find(redis.call('INFO', 'replication'), 'master_replid:' .. ARGV[5], 1, true) then
  return -1
end
local last = redis.call('HGET', KEYS[3], 's')
if last then
  local lastMs, lastN = string.match(last, '(%d+)-(%d+)')
  local ms, n = string.match(ARGV[1], '(%d+)-(%d+)')
  lastMs, lastN, ms, n = tonumber(lastMs), tonumber(lastN), tonumber(ms), tonumber(n)
  if ms < lastMs or (ms == lastMs and n <= lastN) then return 0 end
end
redis.call('XADD', KEYS[1], '*', 'd', ARGV[3])
redis.call('HINCRBY', KEYS[2], 'n', ARGV[2])
redis.call('HSET', KEYS[3], 's', ARGV[1])
redis.call('EXPIRE', KEYS[3], ARGV[4])
return 1
