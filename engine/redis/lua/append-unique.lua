--[[
Appends records that carry an idempotency id. Each record is checked against what the log accepted before
under the same key and id; those that stay are one block. Repeating the call appends nothing: the origins are
then the same.

KEYS[1] log (stream)
KEYS[2] meta (hash): field n, records ever appended
KEYS[3..] idempotency hashes, one per record key: id -> <fingerprint 16><origin 16><entry>:<index>
ARGV[1] the records, packed, one after another
ARGV[2] groups, a msgpack array, in the order of the records: neighbours of one key and one origin. A group is
        an array: index of its hash in KEYS, origin (16 chars), array of ids, array of fingerprints (16 chars)
ARGV[3] bytes of each packed record, a msgpack array; looked at only when a record is left out

Returns { entry of the block or '', outcomes, position ... }: one letter per record
  a  appended
  v  revised: the id was known with another fingerprint; appended
  r  repeated: the same id, fingerprint and origin; not appended again
  d  duplicate: the same id and fingerprint from another origin; not appended
and for each r, in order, the position where it stands. The k-th appended or revised record stands at index
k - 1 of the entry.
]]
local groups = cmsgpack.unpack(ARGV[2])
local kept, leftOut = 0, 0
local outcomes, repeated = {}, {}
-- what this call itself appends: by index in the block, and of each hash id -> index
local fingerprintAt, originAt, placed = {}, {}, {}
for g = 1, #groups do
  local hash, origin, ids, fingerprints = unpack(groups[g])
  local known = redis.call('HMGET', KEYS[hash], unpack(ids))
  local own = placed[hash] or {}
  placed[hash] = own
  for i = 1, #ids do
    local id, fingerprint = ids[i], fingerprints[i]
    local before, here = known[i], own[id]
    local outcome = 'a'
    if here then before = fingerprintAt[here] .. originAt[here] end
    if before then
      if string.sub(before, 1, 16) ~= fingerprint then outcome = 'v'
      elseif string.sub(before, 17, 32) == origin then outcome = 'r'
      else outcome = 'd' end
    end
    if outcome == 'a' or outcome == 'v' then
      fingerprintAt[kept], originAt[kept], own[id] = fingerprint, origin, kept
      kept = kept + 1
    else
      leftOut = leftOut + 1
      if outcome == 'r' then repeated[#repeated + 1] = here or string.sub(before, 33) end
    end
    outcomes[#outcomes + 1] = outcome
  end
end

local entry = ''
if kept > 0 then
  local block = ARGV[1]
  if leftOut > 0 then
    local lengths, parts, from = cmsgpack.unpack(ARGV[3]), {}, 1
    for i = 1, #outcomes do
      local to = from + lengths[i]
      if outcomes[i] == 'a' or outcomes[i] == 'v' then parts[#parts + 1] = string.sub(block, from, to - 1) end
      from = to
    end
    block = table.concat(parts)
  end
  entry = redis.call('XADD', KEYS[1], '*', 'd', block)
  redis.call('HINCRBY', KEYS[2], 'n', kept)
  local at, index = 0, 0
  for g = 1, #groups do
    local hash, origin, ids, fingerprints = unpack(groups[g])
    local fields, size = {}, 0
    for i = 1, #ids do
      at = at + 1
      if outcomes[at] == 'a' or outcomes[at] == 'v' then
        fields[size + 1] = ids[i]
        fields[size + 2] = fingerprints[i] .. origin .. entry .. ':' .. index
        size = size + 2
        index = index + 1
      end
    end
    if size > 0 then redis.call('HSET', KEYS[hash], unpack(fields)) end
  end
end
local answer = { entry, table.concat(outcomes) }
for i = 1, #repeated do
  local place = repeated[i]
  if type(place) == 'number' then place = entry .. ':' .. place end
  answer[i + 2] = place
end
return answer
