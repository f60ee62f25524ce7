--[[
Appends the erasure of one key, and behind it the records of the key that stay, once more: all or nothing.
What the log remembers of the key's ids goes, or is what stays.

KEYS[1] log (stream)
KEYS[2] meta (hash): field n, records ever appended
KEYS[3] idempotency hash of the key (append-unique.lua)
KEYS[4] erasures (hash): SHA-1 of KEYS[3] -> <entry> <ms> <erasure>, the last one; <ms> is the event time up
  to which records of the key are refused since, - for none
KEYS[5] data keys (hash, take-data-key.lua): the key's is destroyed here
ARGV[1] names the erasure: the same again does nothing
ARGV[2] the record that erases, packed
ARGV[3] '1': from now on records with an event time up to now are refused; '' leaves that as it is
ARGV[4] last entry that was read to find out what stays; '' when nothing stays
ARGV[5] how every record of the key begins, packed
ARGV[6] ids that are known from now on, a msgpack array. One is an array: id, what precedes the position
        (fingerprint and origin), number of the block from 1 or 0 for none, index in it, what follows
ARGV[7] '' when values are not encrypted; '-' when no data key is needed from now on; else the one that the
        blocks are encrypted with: <id> <master key> <wrapped>
ARGV[8] and so on, for each block: number of records, the block

Returns {'ok', entry of the erasure}, also when it was there before. {'again', entry} when a record of the key
was appended behind ARGV[4]; nothing is done then.

The erasure stands at the first id of a millisecond: what was accepted in an earlier one came before it,
everything else behind it.
]]
local field = redis.sha1hex(KEYS[3])
local before = redis.call('HGET', KEYS[4], field)
local lastEntry, refused, lastErasure = nil, '-', nil
if before then lastEntry, refused, lastErasure = string.match(before, '^([^ ]+) ([^ ]+) (.+)$') end
if lastErasure == ARGV[1] then return { 'ok', lastEntry } end
if ARGV[4] ~= '' then
  local at = ARGV[4]
  while true do
    local page = redis.call('XRANGE', KEYS[1], '(' .. at, '+', 'COUNT', 100)
    for i = 1, #page do
      if string.find(page[i][2][2], ARGV[5], 1, true) then return { 'again', page[i][1] } end
      at = page[i][1]
    end
    if #page < 100 then break end
  end
end

local time = redis.call('TIME')
local ms = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
      ms = math.max(ms, tonumber(string.match(info[i + 1], '^%d+')) + 1)
    end
  end
end
local entry = redis.call('XADD', KEYS[1], string.format('%d-0', ms), 'd', ARGV[2])
local appended, entries = 1, {}
for i = 8, #ARGV, 2 do
  entries[#entries + 1] = redis.call('XADD', KEYS[1], '*', 'd', ARGV[i + 1])
  appended = appended + tonumber(ARGV[i])
end
redis.call('HINCRBY', KEYS[2], 'n', appended)
redis.call('UNLINK', KEYS[3])
if ARGV[7] ~= '' then redis.call('HSET', KEYS[5], field, entry .. ' ' .. ARGV[7]) end
for _, known in ipairs(cmsgpack.unpack(ARGV[6])) do
  local id, mark, block, index, rest = unpack(known)
  local place = block == 0 and '-' or entries[block] .. ':' .. string.format('%d', index)
  redis.call('HSET', KEYS[3], id, mark .. place .. rest)
end
if ARGV[3] == '1' then refused = string.format('%d', ms) end
redis.call('HSET', KEYS[4], field, entry .. ' ' .. refused .. ' ' .. ARGV[1])
return { 'ok', entry }
