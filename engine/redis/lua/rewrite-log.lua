--[[
Copies a stretch of a log to another stream with some of its blocks changed; the last call copies the rest and
puts the copy in the log's place, under the same ids.

KEYS[1] log (stream)
KEYS[2] copy (stream)
KEYS[3] meta (hash): field rewrites, how often the log was rewritten
ARGV[1] rewrites so far, as read before the first call
ARGV[2] last entry of the calls before; 0-0 for the first
ARGV[3] last entry of this call; '' for the last call, which takes all that follow
ARGV[4] and so on: entry, its changed block

Returns 1. 0 when another rewriting came first: what was copied is given up.
]]
if (redis.call('HGET', KEYS[3], 'rewrites') or '0') ~= ARGV[1] then
  redis.call('UNLINK', KEYS[2])
  return 0
end
local changed = {}
for i = 4, #ARGV, 2 do changed[ARGV[i]] = ARGV[i + 1] end
local at, to = ARGV[2], ARGV[3] == '' and '+' or ARGV[3]
while true do
  local page = redis.call('XRANGE', KEYS[1], '(' .. at, to, 'COUNT', 200)
  for i = 1, #page do
    at = page[i][1]
    redis.call('XADD', KEYS[2], at, 'd', changed[at] or page[i][2][2])
  end
  if #page < 200 then break end
end
if ARGV[3] ~= '' then
  redis.call('EXPIRE', KEYS[2], 3600) -- of a process that died
  return 1
end
redis.call('PERSIST', KEYS[2])
local info = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then redis.call('XSETID', KEYS[2], info[i + 1]) end
end
redis.call('UNLINK', KEYS[1])
redis.call('RENAME', KEYS[2], KEYS[1])
redis.call('HINCRBY', KEYS[3], 'rewrites', 1)
return 1
