--[[
Appends one block of records to the log of a partition, once, however often the call is repeated and however
late: something between appender and Redis may keep a copy while the appender goes on over a new connection.

KEYS[1] log (stream)
KEYS[2] meta (hash): field n, records ever appended
KEYS[3] appender (hash): s, sequence of its last block; e, entry of that block
ARGV[1] sequence of this block, rising per appender and partition
ARGV[2] number of records in the block
ARGV[3] the block
ARGV[4] seconds until the appender is forgotten

Returns the entry id of the block. A repeated call (same sequence) appends nothing and returns the same id;
one that comes after later blocks appends nothing either, and nobody waits for its answer.
]]
local last = redis.call('HMGET', KEYS[3], 's', 'e')
if last[1] and tonumber(last[1]) >= tonumber(ARGV[1]) then return last[2] end
local entry = redis.call('XADD', KEYS[1], '*', 'd', ARGV[3])
redis.call('HINCRBY', KEYS[2], 'n', ARGV[2])
redis.call('HSET', KEYS[3], 's', ARGV[1], 'e', entry)
redis.call('EXPIRE', KEYS[3], ARGV[4])
return entry
