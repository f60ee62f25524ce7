/**
 * Wrapping all data keys of a topic anew, when there is a newer master key. Data keys stay what they are, so
 * nothing that they shut is touched, and nobody who uses them notices.
 *
 * R1  It may be stopped anywhere and begun again: what the newest master key wraps is passed over.
 * R2  A data key that is destroyed or made meanwhile stays so: only the line that was read is replaced.
 */
import { dataKeysPerRead } from '../limits/limits.js'
import { loadScript, runScript, send } from '../redis/index.js'
import type { DataKeysPlace } from './data-keys.js'

const rewrapDataKey = loadScript('rewrap-data-key')

/** How many data keys each master key wraps, by its id. */
export async function countWrapped(place: Omit<DataKeysPlace, 'masters'>): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for await (const { lines } of linesOf(place)) {
    for (const [, line] of lines) {
      const master = line.split(' ')[2]
      if (master !== undefined) counts.set(master, (counts.get(master) ?? 0) + 1)
    }
  }
  return counts
}

/** Wraps with the newest master key what older ones wrap; how many. Throws MASTER_KEY_MISSING. */
export async function rewrapAll(
  place: DataKeysPlace, onProgress: (rewrapped: number) => void = () => undefined,
): Promise<number> {
  const { redis, masters } = place
  let rewrapped = 0
  for await (const { hash, lines } of linesOf(place)) {
    const changed = lines.flatMap(([name, line]) => {
      const [since, id, master, wrapped] = line.split(' ')
      if (id === '-' || masters.isNewest(`${master} ${wrapped}`)) return []
      return [name, line, `${since} ${id} ${masters.wrap(masters.unwrap(`${master} ${wrapped}`))}`]
    })
    if (changed.length === 0) continue
    rewrapped += await runScript(redis, rewrapDataKey, [hash], changed) as number
    onProgress(rewrapped)
  }
  return rewrapped
}

/** All lines, a page at a time; one that is put meanwhile may come twice. */
async function* linesOf(
  { redis, keys, topic, partitions }: Omit<DataKeysPlace, 'masters'>,
): AsyncGenerator<{ hash: string, lines: [name: string, line: string][] }> {
  for (let partition = 0; partition < partitions; partition++) {
    const hash = keys.dataKeys(partition, topic)
    let cursor = '0'
    do {
      const [next, flat] = await send(redis, 'HSCAN', [hash, cursor, 'COUNT', dataKeysPerRead]) as
        [Buffer, Buffer[]]
      const lines: [string, string][] = []
      for (let i = 0; i < flat.length; i += 2) lines.push([String(flat[i]), String(flat[i + 1])])
      yield { hash, lines }
      cursor = String(next)
    } while (cursor !== '0')
  }
}
