/**
 * One run of one contender, in a process of its own: `fork('trial-process.js')`, which gets a `TrialOrder`
 * and answers a `TrialResult`. A short run before the measured one, on another Redis, warms the process up.
 */
import { cpuSeconds, cpuSecondsOf } from '../machine.js'
import type { Contender, Surroundings } from './contender.js'
import { readKeys } from './workload.js'

/** Where a run happens. */
export interface Place {
  readonly redisUrl: string
  readonly folder: string
}

/** What to run. */
export interface TrialOrder {
  /** A module whose export `contender` is one, as a URL, and its name there. */
  readonly module: string
  readonly contender: string
  readonly keysFile: string
  readonly warmUp: Place & { readonly records: number }
  readonly measured: Place & { readonly records: number }
}

/** What it says, a message each. */
export type TrialMessage = { readonly started: number } | { readonly result: TrialResult }

/** What it came to. */
export interface TrialResult {
  readonly seconds: number
  /** Of this process, its Redis, and what else the contender watches. */
  readonly cpuSeconds: number
  readonly delivered: number
}

process.once('message', order => {
  void perform(order as TrialOrder).then(result => {
    const message: TrialMessage = { result }
    process.send!(message, () => process.exit(0))
  }, (thrown: unknown) => {
    process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`)
    process.exit(1)
  })
})

async function perform({ module, contender, keysFile, warmUp, measured }: TrialOrder): Promise<TrialResult> {
  const contenders = await import(module) as Record<string, Contender>
  await once(contenders[contender], warmUp, readKeys(keysFile, warmUp.records))
  return once(contenders[contender], measured, readKeys(keysFile, measured.records))
}

async function once(contender: Contender, place: Place, keys: readonly string[]): Promise<TrialResult> {
  const pids: number[] = []
  const cpu = async (): Promise<number> =>
    pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), await cpuSeconds(place.redisUrl))
  let [seconds, used] = [0, 0]
  const surroundings: Surroundings = {
    ...place,
    watch(pid) {
      pids.push(pid)
      const message: TrialMessage = { started: pid }
      process.send!(message)
    },
    async measured(work) {
      const before = await cpu()
      const startedAt = performance.now()
      await work()
      seconds = (performance.now() - startedAt) / 1_000
      used = await cpu() - before
    },
  }
  const delivered = await contender.run(surroundings, keys)
  if (seconds === 0) throw new Error('the contender measured nothing')
  if (delivered !== keys.length) throw new Error(`delivered ${delivered} of ${keys.length}`)
  return { seconds, cpuSeconds: used, delivered }
}
