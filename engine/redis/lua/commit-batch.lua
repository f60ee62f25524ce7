--[[
The one atomic commit of a batch: state, timers, outputs, dead letters and position move together or not at
all (G2). Everything is checked before the first write; nothing after it may fail.

KEYS[1] checkpoint (hash)
KEYS[2] outbox (stream): d = emissions, n = how many
KEYS[3] timers (sorted set)
KEYS[4] dead letters (stream)
KEYS[5] what changed (hash): there while a savepoint is read (take-changes.lua), and noted only then
KEYS[6..] hashes of changed actors and tables
ARGV[1] lease: <epoch>@<history>
ARGV[2] sequence of the last commit; this one gets one more
ARGV[3] position after this commit (entry id)
ARGV[4] records folded by this commit
ARGV[5] values emitted by this commit
ARGV[6] outputs, packed ('' = none)
ARGV[7] number of dead letters, then each one packed
then   number of timer changes, then for each: member, due ('' = cancel)
then   for each of KEYS[6..]: number of fields put, field, value ..., number of fields removed, field ...
       A number n below 0 clears the hash first and puts -1 - n fields.

Returns {'ok', entry of the outputs or ''}. A repeated call finds its own sequence and position: {'ok', ''}.
{'fenced', epoch} when another owner took over, or when the data has another history than the lease
(take-lease.lua); {'conflict', sequence, position} when the stored state is not the one that this commit
continues.
]]
local cp = redis.call('HMGET', KEYS[1], 'epoch', 'sequence', 'position')
local epoch, history = string.match(ARGV[1], '^(%d+)@(%w+)$')
if cp[1] ~= epoch
  or not string.find(redis.call('INFO', 'replication'), 'master_replid:' .. history, 1, true) then
  return { 'fenced', cp[1] or '' }
end
local sequence = tonumber(cp[2] or 0)
local before = tonumber(ARGV[2])
if sequence ~= before then
  if sequence == before + 1 and cp[3] == ARGV[3] then return { 'ok', '' } end
  return { 'conflict', tostring(sequence), cp[3] or '0-0' }
end

local isNoted = redis.call('EXISTS', KEYS[5]) == 1
local function note(key, field) redis.call('HSET', KEYS[5], #key .. ':' .. key .. field, '') end

local at = 7
local deadCount = tonumber(ARGV[at])
for i = 1, deadCount do redis.call('XADD', KEYS[4], '*', 'd', ARGV[at + i]) end
at = at + deadCount + 1
local timerCount = tonumber(ARGV[at])
for i = 1, timerCount do
  local member, due = ARGV[at + i * 2 - 1], ARGV[at + i * 2]
  if due == '' then redis.call('ZREM', KEYS[3], member) else redis.call('ZADD', KEYS[3], due, member) end
  if isNoted then note(KEYS[3], member) end
end
at = at + timerCount * 2 + 1
for k = 6, #KEYS do
  local puts = tonumber(ARGV[at])
  if puts < 0 then
    redis.call('UNLINK', KEYS[k])
    if isNoted then redis.call('HSET', KEYS[5], #KEYS[k] .. '!' .. KEYS[k], '') end
    puts = -1 - puts
  end
  local from = at + 1
  local last = at + puts * 2
  if isNoted then for i = from, last, 2 do note(KEYS[k], ARGV[i]) end end
  while from <= last do
    local to = math.min(from + 3999, last)
    redis.call('HSET', KEYS[k], unpack(ARGV, from, to))
    from = to + 1
  end
  at = last + 1
  local removals = tonumber(ARGV[at])
  from = at + 1
  last = at + removals
  if isNoted then for i = from, last do note(KEYS[k], ARGV[i]) end end
  while from <= last do
    local to = math.min(from + 3999, last)
    redis.call('HDEL', KEYS[k], unpack(ARGV, from, to))
    from = to + 1
  end
  at = last + 1
end
local entry = ''
if ARGV[6] ~= '' then entry = redis.call('XADD', KEYS[2], '*', 'd', ARGV[6], 'n', ARGV[5]) end
redis.call('HINCRBY', KEYS[1], 'folded', ARGV[4])
redis.call('HINCRBY', KEYS[1], 'emitted', ARGV[5])
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'sequence', string.format('%d', before + 1), 'position', ARGV[3],
  'committed', string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000)))
return { 'ok', entry }
