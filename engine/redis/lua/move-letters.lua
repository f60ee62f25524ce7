--[[
Moves dead letters back into the log of their partition: the records that redrive or drop them are appended as
one block, and the letters removed, all at once. A letter that is no longer there is left out, so a repeated
call moves nothing.

KEYS[1] dead letters (stream)
KEYS[2] log (stream)
KEYS[3] meta (hash): field n, records ever appended
ARGV[1] number of letters, then for each: its entry, the packed record

Returns {letters moved, entry of the block or ''}.
]]
local count = tonumber(ARGV[1])
local parts, gone = {}, {}
for i = 1, count do
  local entry = ARGV[i * 2]
  if #redis.call('XRANGE', KEYS[1], entry, entry) == 1 then
    parts[#parts + 1] = ARGV[i * 2 + 1]
    gone[#gone + 1] = entry
  end
end
if #parts == 0 then return { 0, '' } end
local block = redis.call('XADD', KEYS[2], '*', 'd', table.concat(parts))
redis.call('HINCRBY', KEYS[3], 'n', #parts)
redis.call('XDEL', KEYS[1], unpack(gone))
return { #parts, block }
