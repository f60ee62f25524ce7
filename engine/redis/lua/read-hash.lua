--[[
Reads one hash of a partition's state together with the commit that it belongs to. Writes nothing.

KEYS[1] the hash
KEYS[2] checkpoint (hash)
KEYS[3] timers (sorted set)

Returns { position, emitted, due of the first timer ('' = none), { field, value ... } }.
]]
local cp = redis.call('HMGET', KEYS[2], 'position', 'emitted')
local timer = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')
local fields = redis.call('HGETALL', KEYS[1])
return { cp[1] or '0-0', cp[2] or '0', timer[2] or '', fields }
