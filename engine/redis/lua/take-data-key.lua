--[[
The data key in force of one key of a log; made of the given proposal where there is none.

KEYS[1] data keys (hash): name -> <since> <id> <master key> <wrapped>, or <since> - once it was destroyed;
  <since> is the entry of the key's last erasure then, 0-0 for none
KEYS[2] erasures (hash, erase-key.lua): name -> <entry> ...
ARGV[1] name: SHA-1 of the idempotency hash of the key
ARGV[2] proposal: <id> <master key> <wrapped>; '' to look only
ARGV[3] make one only if the last erasure stands at this entry or before it; '' in any case

Returns the line; '' when there is none and none was made.
]]
local line = redis.call('HGET', KEYS[1], ARGV[1])
local erased = redis.call('HGET', KEYS[2], ARGV[1])
local since = erased and string.match(erased, '^[^ ]+') or '0-0'
local isInForce = line and string.match(line, '^[^ ]+') == since
if ARGV[2] == '' or (isInForce and string.sub(line, -2) ~= ' -') then return line or '' end
if ARGV[3] ~= '' then
  local ms, n = string.match(since, '^(%d+)-(%d+)$')
  local toMs, toN = string.match(ARGV[3], '^(%d+)-(%d+)$')
  if tonumber(ms) > tonumber(toMs) or (tonumber(ms) == tonumber(toMs) and tonumber(n) > tonumber(toN)) then
    return since .. ' -'
  end
end
line = since .. ' ' .. ARGV[2]
redis.call('HSET', KEYS[1], ARGV[1], line)
return line
