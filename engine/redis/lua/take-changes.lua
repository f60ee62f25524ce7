--[[
Lets commits of a partition note what they change, so that a savepoint can read the state while it changes; or
takes what was noted so far, and lets them note anew.

KEYS[1] live pointer (hash)
KEYS[2] what changed (hash): '' -> who reads; else <bytes of the name>:<name><field or member> -> '', and
        <bytes of the name>!<name> -> '' for a hash that was cleared (commit-batch.lua). It expires with the
        process that reads.
KEYS[3] what was taken: the same, but '' -> <who reads>:<the how manieth taking>
ARGV[1] version that must be live
ARGV[2] who reads
ARGV[3] how long it is kept, ms
ARGV[4] history of the data when reading began; '' begins, and ends what another one began
ARGV[5] the how manieth taking this is

Returns {'ok', history}; {'moved', version} when another version is live; {'lost', ''} when another one reads,
or Redis has another history, or the time ran out. A repeated call finds its own taking: {'ok', history}.
]]
local live = redis.call('HGET', KEYS[1], 'version')
if live ~= ARGV[1] then return { 'moved', live or '' } end
local history = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
if ARGV[4] == '' then
  redis.call('UNLINK', KEYS[2], KEYS[3])
else
  if history ~= ARGV[4] or redis.call('HGET', KEYS[2], '') ~= ARGV[2] then return { 'lost', '' } end
  local taking = ARGV[2] .. ':' .. ARGV[5]
  if redis.call('HGET', KEYS[3], '') == taking then return { 'ok', history } end
  redis.call('RENAME', KEYS[2], KEYS[3])
  redis.call('HSET', KEYS[3], '', taking)
  redis.call('PEXPIRE', KEYS[3], ARGV[3])
end
redis.call('HSET', KEYS[2], '', ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return { 'ok', history }
