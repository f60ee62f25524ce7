--[[
Notes that a partition is halted, or that it is not any more.

KEYS[1] checkpoint (hash)
KEYS[2] halt (hash)
ARGV[1] epoch of the owner
ARGV[2..] fields and values to put; none: the halt is over

Returns 1, or 0 when the epoch is no longer the current one.
]]
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
if #ARGV == 1 then
  redis.call('DEL', KEYS[2])
else
  redis.call('HSET', KEYS[2], unpack(ARGV, 2))
end
return 1
