--[[
Holds a partition of the live version: its owner is fenced and nobody may take it until the hold ends.

KEYS[1] live pointer (hash)
KEYS[2] checkpoint of the live version (hash)
ARGV[1] version that must be live
ARGV[2] who holds
ARGV[3] how long, ms

Returns {epoch, position, history} (see take-lease.lua), or {-1, version that is live}. Repeating the call
holds anew. The checkpoint's field `held` says since when: <epoch>:<ms>; it counts while that epoch is the
current one.
]]
local live = redis.call('HGET', KEYS[1], 'version')
if live ~= ARGV[1] then return { -1, live or '' } end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local epoch = redis.call('HINCRBY', KEYS[2], 'epoch', 1)
redis.call('HSET', KEYS[2], 'owner', ARGV[2], 'until', string.format('%d', now + ARGV[3]),
  'held', epoch .. ':' .. string.format('%d', now))
local history = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
return { epoch, redis.call('HGET', KEYS[2], 'position') or '0-0', history }
