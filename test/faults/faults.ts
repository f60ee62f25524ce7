/** All faults, by name. */
import { clickhouseAway } from './clickhouse-away.js'
import { clockJumps } from './clock-jumps.js'
import { cutCalls } from './cut-calls.js'
import { cutFile } from './cut-file.js'
import type { Fault } from './fault.js'
import { freezeNode } from './freeze-node.js'
import { fullDisk } from './full-disk.js'
import { killEraseCommand } from './kill-erase-command.js'
import { killErasure } from './kill-erasure.js'
import { killNode } from './kill-node.js'
import { killRedis } from './kill-redis.js'
import { killRole } from './kill-role.js'
import { mixedKills } from './mixed-kills.js'
import { rebalance } from './rebalance-fault.js'
import { sinkAway } from './sink-away.js'
import { slowDisk } from './slow-disk.js'

/** By a short name: what is done to the whole system, with all its processes. */
export const systemFaults: Readonly<Record<string, Fault>> = {
  'kill-erasure': killErasure,
  'kill-erase-command': killEraseCommand,
  'kill-gateway': killRole('gateway'),
  'kill-clickhouse': killRole('clickhouse'),
  mixed: mixedKills,
  'clickhouse-away': clickhouseAway,
}

/** By a short name: all. */
export const faults: Readonly<Record<string, Fault>> = {
  'kill-node': killNode,
  'freeze-node': freezeNode,
  ...systemFaults,
  'kill-redis-everysec': killRedis('everysec'),
  'kill-redis-always': killRedis('always'),
  'cut-calls': cutCalls,
  'cut-file': cutFile,
  'full-disk-everysec': fullDisk('everysec'),
  'full-disk-always': fullDisk('always'),
  'slow-disk': slowDisk,
  'sink-away': sinkAway,
  'clock-jumps': clockJumps,
  rebalance,
}
