--[[
Puts another wrapping of data keys in the place of theirs, where it is still the one that was read: a key that
was destroyed meanwhile stays so.

KEYS[1] data keys (hash, take-data-key.lua)
ARGV name, line as it was read, line ...

Returns how many were put.
]]
local count = 0
for i = 1, #ARGV, 3 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2])
    count = count + 1
  end
end
return count
