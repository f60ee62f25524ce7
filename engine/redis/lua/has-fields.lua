--[[
Tells which fields a hash has, without sending their values along. Writes nothing.

KEYS[1] the hash
ARGV    fields

Returns one character per field: 1 it is there, 0 it is not.
]]
local found = {}
for i = 1, #ARGV do found[i] = redis.call('HEXISTS', KEYS[1], ARGV[i]) end
return table.concat(found)
