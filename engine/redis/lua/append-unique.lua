--[[
Appends records that carry an idempotency id. Each record is checked against what the log accepted before
under the same key and id; those that stay are joined to one block. Repeating the call appends nothing, also
when the id was revised since, by the same call or by others: the last four origins of an id are remembered.

KEYS[1] log (stream)
KEYS[2] meta (hash): field n, records ever appended
KEYS[3..] idempotency hashes, one per record key: id -> <fingerprint 16><origin 16><entry>:<index>, and after
  a revision up to three earlier ones, newest first, with a space between
ARGV[1] number of records, then for each record five arguments:
  packed record, index of its hash in KEYS (0: none, always appended), id, fingerprint (16 chars), origin (16
  chars)

Returns one string per record: <outcome><position>, where outcome is
  a  appended
  v  revised: the id was known with another fingerprint; appended
  r  repeated: a remembered id, fingerprint and origin; not appended again, the position is the first one's
  d  duplicate: the same id and fingerprint from another origin; not appended, no position
]]
local count = tonumber(ARGV[1])
local parts, kept = {}, 0
local answers, placed, seen = {}, {}, {}
for i = 1, count do
  local at = 2 + (i - 1) * 5
  local hash = tonumber(ARGV[at + 1])
  local outcome = 'a'
  if hash > 0 then
    local id, mark = ARGV[at + 2], ARGV[at + 3] .. ARGV[at + 4]
    local name = hash .. ':' .. id
    local inBlock = seen[name]
    local stored = redis.call('HGET', KEYS[hash], id)
    local _, repeated = string.find(' ' .. (stored or ''), ' ' .. mark, 1, true)
    local known = inBlock or stored
    if inBlock and string.sub(inBlock, 1, 32) == mark then
      outcome = 'r'
      answers[i] = 'r' .. string.sub(inBlock, 33)
    elseif repeated then
      outcome = 'r'
      answers[i] = 'r' .. string.match(stored, '^[^ ]+', repeated)
    elseif known then
      outcome = string.sub(known, 1, 16) == ARGV[at + 3] and 'd' or 'v'
    end
    if outcome == 'a' or outcome == 'v' then
      seen[name] = mark .. '\0' .. kept
    end
  end
  if outcome == 'a' or outcome == 'v' then
    kept = kept + 1
    parts[kept] = ARGV[at]
    placed[kept] = i
    answers[i] = outcome
  elseif outcome == 'd' then
    answers[i] = 'd'
  end
end
if kept == 0 then return answers end
local entry = redis.call('XADD', KEYS[1], '*', 'd', table.concat(parts))
redis.call('HINCRBY', KEYS[2], 'n', kept)
for k = 1, kept do
  local i = placed[k]
  local at = 2 + (i - 1) * 5
  local position = entry .. ':' .. (k - 1)
  answers[i] = answers[i] .. position
  local hash = tonumber(ARGV[at + 1])
  if hash > 0 then
    local value = ARGV[at + 3] .. ARGV[at + 4] .. position
    if string.sub(answers[i], 1, 1) == 'v' then
      local earlier = redis.call('HGET', KEYS[hash], ARGV[at + 2])
      value = value .. ' ' .. string.match(earlier, '^[^ ]+ ?[^ ]* ?[^ ]*')
    end
    redis.call('HSET', KEYS[hash], ARGV[at + 2], value)
  end
end
for i = 1, count do
  local mark = string.find(answers[i], '\0', 1, true)
  if mark then answers[i] = 'r' .. entry .. ':' .. string.sub(answers[i], mark + 1) end
end
return answers
