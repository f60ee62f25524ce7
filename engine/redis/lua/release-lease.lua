--[[
Gives a lease back, so that the next owner need not wait for its end.

KEYS[1] checkpoint (hash)
ARGV[1] epoch

Returns 1, or 0 when the epoch is no longer the current one.
]]
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'owner', '', 'until', '0')
return 1
