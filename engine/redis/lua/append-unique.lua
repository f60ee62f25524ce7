--[[
Appends records that carry an idempotency id. Each record is checked against what the log accepted before
under the same key and id; those that stay are one block. Repeating the call appends nothing, however late,
and also when an id was revised since: the last four origins of an id are remembered.

KEYS[1] log (stream)
KEYS[2] meta (hash): field n, records ever appended
KEYS[3] appender (hash): s, sequence of its last block
KEYS[4] erasures (hash, erase-key.lua): which keys were erased, and up to which event time their records are
  refused since
KEYS[5..] idempotency hashes, one per record key: id -> <fingerprint 16><origin 16><entry>:<index> of the
  record accepted last, then up to three others, newest first, with a space between: records accepted earlier,
  and duplicates, which have - for a position
ARGV[1] the records, packed, one after another
ARGV[2] groups, a msgpack array, in the order of the records: neighbours of one key and one origin. A group is
        an array: index of its hash in KEYS, origin (16 chars), array of ids, array of fingerprints
        (16 chars), and where values are encrypted the id of the data key: the last of KEYS is then the hash
        of data keys (take-data-key.lua)
ARGV[3] bytes of each packed record, a msgpack array; looked at only when a record is left out
ARGV[4] sequence of this call, rising per appender and partition
ARGV[5] seconds until the appender is forgotten

Returns { entry of the block or '', outcomes, position ... }: one letter per record
  a  appended
  v  revised: the id was known with another fingerprint; appended
  r  repeated: a remembered id, fingerprint and origin; not appended again
  e  erased: its key was erased, and it is older than that; not appended
  d  duplicate: the same id and fingerprint from another origin, or an old block again; not appended
and for each r, in order, the position where it stands. Returns { 'stale' }, and appends nothing, when a data
key is not the one in force. The k-th appended or revised record stands at index k - 1 of the entry.
]]
local groups = cmsgpack.unpack(ARGV[2])
for g = 1, #groups do
  local key = groups[g][5]
  local line = key and redis.call('HGET', KEYS[#KEYS], redis.sha1hex(KEYS[groups[g][1]]))
  if key and not (line and string.find(line, ' ' .. key .. ' ', 1, true)) then return { 'stale' } end
end
local isRepeated = tonumber(redis.call('HGET', KEYS[3], 's') or 0) >= tonumber(ARGV[4])
local kept, leftOut = 0, 0
local outcomes, repeated = {}, {}
local hasErasures = redis.call('EXISTS', KEYS[4]) == 1
local lengths, from, at = nil, 1, 0

-- Event time up to which records of a hash's key are refused; nil: none are.
local function refusedUpTo(hash)
  if not hasErasures then return nil end
  local line = redis.call('HGET', KEYS[4], redis.sha1hex(KEYS[hash]))
  lengths = lengths or cmsgpack.unpack(ARGV[3])
  local ms = line and string.match(line, '^[^ ]+ (%d+) ')
  return ms and tonumber(ms)
end

-- Event time of the record that starts at byte `from`: an array of key, event time, value.
local function eventTimeAt(start)
  local _, _, eventTime = cmsgpack.unpack_limit(string.sub(ARGV[1], start + 1), 2, 0)
  return eventTime
end

-- of each hash: id -> what will be stored; a position of this call is \0 and the index in its block
local values, order = {}, {}
-- of each hash: id -> fingerprint and origin, and index, of what this call appends last
local ownMark, ownIndex = {}, {}
for g = 1, #groups do
  local hash, origin, ids, fingerprints = unpack(groups[g])
  local stored = redis.call('HMGET', KEYS[hash], unpack(ids))
  if not values[hash] then values[hash], order[hash], ownMark[hash], ownIndex[hash] = {}, {}, {}, {} end
  local refused = refusedUpTo(hash)
  local value, touched, marks, indexes = values[hash], order[hash], ownMark[hash], ownIndex[hash]
  for i = 1, #ids do
    local id, mark, before = ids[i], fingerprints[i] .. origin, stored[i]
    local newest = marks[id] or before
    local known = before and select(2, string.find(' ' .. before, ' ' .. mark, 1, true))
    local outcome
    if refused and eventTimeAt(from) <= refused then
      outcome = 'e'
    elseif marks[id] == mark then
      outcome = 'r'
      repeated[#repeated + 1] = indexes[id]
    elseif known then
      local position = string.match(before, '^[^ ]+', known)
      outcome = position == '-' and 'd' or 'r'
      if outcome == 'r' then repeated[#repeated + 1] = position end
    elseif isRepeated then
      outcome = 'd'
    else
      local last = value[id] or before
      local first, others
      if last then first, others = string.match(last, '^([^ ]+)( ?[^ ]* ?[^ ]*)') end
      if not value[id] then touched[#touched + 1] = id end
      if newest and string.sub(newest, 1, 16) == fingerprints[i] then
        outcome = 'd'
        value[id] = first .. ' ' .. mark .. '-' .. others
      else
        outcome = newest and 'v' or 'a'
        value[id] = mark .. '\0' .. kept .. (first and ' ' .. first .. others or '')
        marks[id], indexes[id] = mark, kept
        kept = kept + 1
      end
    end
    if hasErasures then
      at = at + 1
      from = from + lengths[at]
    end
    if outcome == 'r' or outcome == 'd' or outcome == 'e' then leftOut = leftOut + 1 end
    outcomes[#outcomes + 1] = outcome
  end
end

local entry = ''
if kept > 0 then
  local block = ARGV[1]
  if leftOut > 0 then
    local parts, from = {}, 1
    lengths = lengths or cmsgpack.unpack(ARGV[3])
    for i = 1, #outcomes do
      local to = from + lengths[i]
      if outcomes[i] == 'a' or outcomes[i] == 'v' then parts[#parts + 1] = string.sub(block, from, to - 1) end
      from = to
    end
    block = table.concat(parts)
  end
  entry = redis.call('XADD', KEYS[1], '*', 'd', block)
  redis.call('HINCRBY', KEYS[2], 'n', kept)
end
for hash, ids in pairs(order) do
  local fields = {}
  for i = 1, #ids do
    fields[i * 2 - 1] = ids[i]
    fields[i * 2] = string.gsub(values[hash][ids[i]], '%z', entry .. ':')
  end
  if #fields > 0 then redis.call('HSET', KEYS[hash], unpack(fields)) end
end
if not isRepeated then
  redis.call('HSET', KEYS[3], 's', ARGV[4])
  redis.call('EXPIRE', KEYS[3], ARGV[5])
end
local answer = { entry, table.concat(outcomes) }
for i = 1, #repeated do
  local place = repeated[i]
  if type(place) == 'number' then place = entry .. ':' .. place end
  answer[i + 2] = place
end
return answer
