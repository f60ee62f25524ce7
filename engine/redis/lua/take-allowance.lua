--[[
Takes from several allowances at once, from all of them or from none. Each allowance has windows; in no window
of that length is ever more taken than its most.

KEYS[1..n] used (hash): '<window>:<slot>' → taken in that slot
ARGV[1]    how much is taken
ARGV[2]    '1' takes it even where it is too much (what already happened is counted)
ARGV[3]    windows of each key, w
ARGV[4...] for each key, w times: most, length in ms

A window is counted in 12 slots, and in the part of a 13th that the present one begins. So it is strict: what
leaves the count is older than the window. Time is that of Redis.

Returns {taken 1 or 0, ms until as much could be taken, most, left, ms until the oldest slot leaves} of the
window with the least left. Repeating the call takes twice: the caller is served a little less, never more.
]]
local slots = 12
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local cost, isForced, windows = tonumber(ARGV[1]), ARGV[2] == '1', tonumber(ARGV[3])
local wait, tightest = 0, nil

for k = 1, #KEYS do
  local used = redis.call('HGETALL', KEYS[k])
  for w = 1, windows do
    local at = 3 + ((k - 1) * windows + w) * 2 - 1
    local most, length = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
    local size = length / slots
    local present = math.floor(now / size)
    local sum, inside = 0, {}
    for i = 1, #used, 2 do
      local window, slot = string.match(used[i], '^(%d+):(%d+)$')
      if tonumber(window) == w then
        slot = tonumber(slot)
        if slot < present - slots then
          redis.call('HDEL', KEYS[k], used[i])
        else
          local taken = tonumber(used[i + 1])
          sum = sum + taken
          table.insert(inside, { slot, taken })
        end
      end
    end
    table.sort(inside, function(a, b) return a[1] < b[1] end)
    local left, ends = most - sum, inside[1] and (inside[1][1] + slots + 1) * size - now or 0
    if sum + cost > most then
      local rest, leaves = sum, length
      for _, one in ipairs(inside) do
        rest = rest - one[2]
        leaves = (one[1] + slots + 1) * size - now
        if rest + cost <= most then break end
      end
      wait = math.max(wait, leaves)
    end
    if not tightest or left < tightest[2] then tightest = { most, left, ends } end
  end
end

local isTaken = wait == 0 or isForced
if isTaken then
  for k = 1, #KEYS do
    local longest = 0
    for w = 1, windows do
      local length = tonumber(ARGV[3 + ((k - 1) * windows + w) * 2])
      local size = length / slots
      redis.call('HINCRBY', KEYS[k], w .. ':' .. string.format('%d', math.floor(now / size)), cost)
      longest = math.max(longest, length + size)
    end
    redis.call('PEXPIRE', KEYS[k], math.ceil(longest))
  end
end
local left = math.max(0, tightest[2] - (isTaken and cost or 0))
return { isTaken and 1 or 0, math.ceil(wait), tightest[1], left, math.ceil(tightest[3]) }
