--[[
Reads what changed since it was taken last (take-changes.lua) with the checkpoint that it belongs to, all at
one instant between two commits; noting ends with it.

KEYS[1] live pointer (hash)
KEYS[2] what changed (hash)
KEYS[3] checkpoint (hash)
KEYS[4] timers (sorted set)
KEYS[5] outbox (stream)
KEYS[6] dead letters (stream)
KEYS[7..] sinks (hashes)
ARGV[1] version that must be live
ARGV[2] who reads
ARGV[3] history of the data when reading began
ARGV[4] most changes that are read at once
ARGV[5] last entry of the outbox that was read before
ARGV[6] most entries of it that are read at once
It also reads the hashes that KEYS[2] names, all of this partition.

Returns {'ok', checkpoint, changes, last id of the outbox, its entries, last id of the dead letters, sinks}:
changes are what KEYS[2] says, each followed by its value, nil when it is gone; hashes are flat; an id is ''
when there is no stream. {'more'} when there is more than may be read at once: nothing is done then. {'moved',
version} and {'lost', ''}: see take-changes.lua; so also when the call is repeated.
]]
local live = redis.call('HGET', KEYS[1], 'version')
if live ~= ARGV[1] then return { 'moved', live or '' } end
local history = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
if history ~= ARGV[3] or redis.call('HGET', KEYS[2], '') ~= ARGV[2] then return { 'lost', '' } end
if redis.call('HLEN', KEYS[2]) - 1 > tonumber(ARGV[4]) then return { 'more' } end
local entries = redis.call('XRANGE', KEYS[5], '(' .. ARGV[5], '+', 'COUNT', ARGV[6] + 1)
if #entries > tonumber(ARGV[6]) then return { 'more' } end

local function last(stream)
  if redis.call('EXISTS', stream) == 0 then return '' end
  local info = redis.call('XINFO', 'STREAM', stream)
  for i = 1, #info, 2 do if info[i] == 'last-generated-id' then return info[i + 1] end end
end
local changes = {}
for _, change in ipairs(redis.call('HKEYS', KEYS[2])) do
  local length, mark = string.match(change, '^(%d+)([:!])')
  if length then
    local from = #length + 2
    local name = string.sub(change, from, from + length - 1)
    local field = string.sub(change, from + length)
    local value = false
    if mark == ':' and name == KEYS[4] then
      value = redis.call('ZSCORE', name, field)
    elseif mark == ':' then
      value = redis.call('HGET', name, field)
    end
    changes[#changes + 1] = change
    changes[#changes + 1] = value
  end
end
local sinks = {}
for k = 7, #KEYS do sinks[#sinks + 1] = redis.call('HGETALL', KEYS[k]) end
redis.call('UNLINK', KEYS[2])
return { 'ok', redis.call('HGETALL', KEYS[3]), changes, last(KEYS[5]), entries, last(KEYS[6]), sinks }
