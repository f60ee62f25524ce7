--[[
Takes the ownership of a partition if nobody holds it, or if its lease has run out.

KEYS[1] checkpoint (hash)
ARGV[1] owner
ARGV[2] lease, ms

Returns {epoch, sequence, position, folded, emitted, history} of the new owner, or {-1, remaining ms, owner}
while another one holds it. Every taking raises the epoch. Repeating the call takes again, with a higher
epoch: harmless.

A lease holds for one history of the data, which Redis names by its replication id. A Redis that was restarted
or promoted may have lost its last writes: records that were read, epochs that were given. So it takes nothing
of the leases of its earlier life.
]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local cp = redis.call('HMGET', KEYS[1], 'owner', 'until', 'sequence', 'position', 'folded', 'emitted')
if cp[1] and cp[1] ~= '' and cp[1] ~= ARGV[1] and tonumber(cp[2]) > now then
  return { -1, tonumber(cp[2]) - now, cp[1] }
end
local epoch = redis.call('HINCRBY', KEYS[1], 'epoch', 1)
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'until', string.format('%d', now + ARGV[2]))
local history = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
return { epoch, tonumber(cp[3] or 0), cp[4] or '0-0', tonumber(cp[5] or 0), tonumber(cp[6] or 0), history }
