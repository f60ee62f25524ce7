--[[
Appends records that carry an idempotency id. Each record is checked against what the log accepted before
under the same key and id; those that stay are joined to one block. Repeating the call appends nothing,
however late, and also when an id was revised since: the last four origins of an id are remembered.

KEYS[1] log (stream)
KEYS[2] meta (hash): field n, records ever appended
KEYS[3] appender (hash): s, sequence of its last block
KEYS[4..] idempotency hashes, one per record key: id -> <fingerprint 16><origin 16><entry>:<index> of the
  record accepted last, then up to three others, newest first, with a space between: records accepted earlier,
  and duplicates, which have - for a position
ARGV[1] sequence of this call, rising per appender and partition
ARGV[2] seconds until the appender is forgotten
ARGV[3] number of records, then for each record five arguments:
  packed record, index of its hash in KEYS, id, fingerprint (16 chars), origin (16 chars)

Returns one string per record: <outcome><position>, where outcome is
  a  appended
  v  revised: the id was known with another fingerprint; appended
  r  repeated: a remembered id, fingerprint and origin; not appended again, the position is the first one's
  d  duplicate: the same id and fingerprint from another origin; not appended, no position
]]
local sequence = tonumber(redis.call('HGET', KEYS[3], 's') or 0)
local isRepeated = sequence >= tonumber(ARGV[1])
local count = tonumber(ARGV[3])
local parts, kept = {}, 0
local answers, noted, placed, seen = {}, {}, {}, {}
for i = 1, count do
  local at = 4 + (i - 1) * 5
  local hash = tonumber(ARGV[at + 1])
  local id, mark = ARGV[at + 2], ARGV[at + 3] .. ARGV[at + 4]
  local name = hash .. ':' .. id
  local inBlock = seen[name]
  local stored = redis.call('HGET', KEYS[hash], id)
  local _, known = string.find(' ' .. (stored or ''), ' ' .. mark, 1, true)
  local newest = inBlock or stored
  if inBlock and string.sub(inBlock, 1, 32) == mark then
    answers[i] = 'r' .. string.sub(inBlock, 33)
  elseif known then
    local position = string.match(stored, '^[^ ]+', known)
    answers[i] = position == '-' and 'd' or 'r' .. position
  elseif isRepeated then
    answers[i] = 'd'
  elseif newest and string.sub(newest, 1, 16) == ARGV[at + 3] then
    answers[i] = 'd'
    noted[#noted + 1] = i
  else
    answers[i] = newest and 'v' or 'a'
    seen[name] = mark .. '\0' .. kept
    kept = kept + 1
    parts[kept] = ARGV[at]
    placed[kept] = i
    noted[#noted + 1] = i
  end
end
if not isRepeated then
  redis.call('HSET', KEYS[3], 's', ARGV[1])
  redis.call('EXPIRE', KEYS[3], ARGV[2])
end
local entry = ''
if kept > 0 then
  entry = redis.call('XADD', KEYS[1], '*', 'd', table.concat(parts))
  redis.call('HINCRBY', KEYS[2], 'n', kept)
end
for k = 1, kept do answers[placed[k]] = answers[placed[k]] .. entry .. ':' .. (k - 1) end
for k = 1, #noted do
  local i = noted[k]
  local at = 4 + (i - 1) * 5
  local hash, id, mark = KEYS[tonumber(ARGV[at + 1])], ARGV[at + 2], ARGV[at + 3] .. ARGV[at + 4]
  local outcome, position = string.sub(answers[i], 1, 1), string.sub(answers[i], 2)
  local value = mark .. position
  if outcome ~= 'a' then
    local first, others = string.match(redis.call('HGET', hash, id), '^([^ ]+)( ?[^ ]* ?[^ ]*)')
    if outcome == 'v' then value = value .. ' ' .. first .. others
    else value = first .. ' ' .. mark .. '-' .. others end
  end
  redis.call('HSET', hash, id, value)
end
for i = 1, count do
  local mark = string.find(answers[i], '\0', 1, true)
  if mark then answers[i] = 'r' .. entry .. ':' .. string.sub(answers[i], mark + 1) end
end
return answers
