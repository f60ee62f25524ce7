/**
 * kill -9 of `hinata erase`, of its gateway, or of both, at random instants of an erasure: an instant is
 * behind so many writes of the gateway, drawn by a seed. Another gateway comes, and finishes what was noted;
 * or nothing was, and the command is given again. At the end nothing of the person is left in Redis or its
 * files, the receipt says what was taken, and the command, given once more, says that all is done.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { adminKey } from '../gateway/system.js'
import { seededRandom } from '../support/random.js'
import { until } from '../support/until.js'
import { ErasedPersons, type Receipt } from './erased-persons.js'
import { ErasureRig, type Part } from './erasure-rig.js'
import { newOutcome, type Fault, type Outcome } from './fault.js'

/** Who dies, behind how many writes of the gateway; a gateway dies before or after Redis has the write. */
interface Plan {
  readonly command: number | null
  readonly gateway: { readonly nth: number, readonly moment: 'before' | 'after' } | null
}

const entry = fileURLToPath(new URL('../../deploy/cli/hinata.js', import.meta.url))
const runs = { full: 20, quick: 3 } as const
const seed = 5

/** See the top of the file. */
export const killEraseCommand: Fault = {
  name: 'kill -9 of `hinata erase` and of its gateway at random instants of an erasure',
  guarantees: 'G1 G3',
  async run(size, tell) {
    const outcome = newOutcome()
    const rig = await ErasureRig.open()
    try {
      const erasing = new Erasing(rig, outcome)
      const writes = await erasing.undisturbed()
      const random = seededRandom(seed)
      for (let run = 0; run < runs[size]; run++) {
        await erasing.cutOff(planOf(random, run, writes))
        tell?.(run + 1, runs[size])
      }
      outcome.notes.push(`${writes} writes of the gateway to die at, seed ${seed}`)
      return outcome
    } finally {
      await rig.close()
    }
  },
}

/** By turns the command dies, the gateway, and both. */
function planOf(random: () => number, run: number, writes: number): Plan {
  const [first, second, third] = [random(), random(), random()]
  return {
    command: run % 3 === 1 ? null : Math.floor(first * writes),
    gateway: run % 3 === 0 ? null
      : { nth: 1 + Math.floor(second * writes), moment: third < 0.5 ? 'before' : 'after' },
  }
}

/** The erasures, one after the other, each of a person of its own. */
class Erasing {
  readonly #rig: ErasureRig
  readonly #outcome: Outcome
  readonly #persons: ErasedPersons

  constructor(rig: ErasureRig, outcome: Outcome) {
    this.#rig = rig
    this.#outcome = outcome
    this.#persons = new ErasedPersons(rig)
  }

  /** Starts the node that stays, and counts the writes of an erasure that nobody disturbs. */
  async undisturbed(): Promise<number> {
    await this.#rig.start('node')
    const gateway = await this.#rig.start('gateway')
    const person = await this.#persons.add(gateway.url)
    gateway.watch()
    const receipt = await receiptOf(commanded(gateway.url, person))
    await this.#judge('undisturbed', gateway.url, person, receipt)
    await gateway.stop()
    return gateway.writes.length
  }

  /** One erasure, cut off; what is left is finished. */
  async cutOff(plan: Plan): Promise<void> {
    const where = JSON.stringify(plan)
    const gateway = await this.#rig.start('gateway', plan.gateway ?? undefined)
    const person = await this.#persons.add(gateway.url)
    gateway.watch()
    const command = commanded(gateway.url, person)
    const told = receiptOf(command).catch(() => null) // it, or its gateway, dies
    await this.#kills(plan, gateway, command)
    await told
    if (plan.gateway !== null) await gateway.stop()
    const next = plan.gateway === null ? gateway : await this.#rig.start('gateway')
    const began = performance.now()
    const id = await this.#rig.erasureOf(person)
    const receipt = id === null ? await receiptOf(commanded(next.url, person))
      : await this.#persons.receipt(next.url, id)
    this.#outcome.catchUpMs = Math.max(this.#outcome.catchUpMs, performance.now() - began)
    await this.#judge(where, next.url, person, receipt)
    const again = await receiptOf(commanded(next.url, person))
    if (again.status !== 'done') this.#wrong(where, `asked again it says ${again.status}`)
    await next.stop()
  }

  async #kills(plan: Plan, gateway: Part, command: ChildProcess): Promise<void> {
    const ended = once(command, 'exit')
    if (plan.command !== null) {
      const isDone = Promise.race([ended, gateway.ended]).then(() => true)
      let isOver = false
      void isDone.then(() => { isOver = true })
      await until('the instant of the command', () => isOver || gateway.writes.length > plan.command!)
      command.kill('SIGKILL')
    }
    // what is asked for goes on without who asked: up to the gateway's instant, or to its end
    if (plan.command !== null) await Promise.race([gateway.ended, this.#asked(gateway)])
    await ended
  }

  /** Resolves when the gateway has written nothing for the erasure any more, or has finished it. */
  async #asked({ writes }: Part): Promise<void> {
    let [seen, quiet] = [-1, 0]
    await until('the gateway is quiet', () => {
      quiet = writes.length === seen ? quiet + 1 : 0
      seen = writes.length
      return quiet >= quietLooks
    })
  }

  async #judge(where: string, url: string, person: string, receipt: Receipt): Promise<void> {
    this.#outcome.runs += 1
    this.#outcome.records = this.#persons.acknowledged
    for (const wrong of await this.#persons.wrongIn(url, person, receipt)) this.#wrong(where, wrong)
  }

  #wrong(where: string, wrong: string): void {
    this.#outcome.changed += 1
    this.#outcome.wrong.push(`${where}: ${wrong}`)
  }
}

/** Looks at a gateway that writes nothing, until it is taken for idle: the command never came to ask. */
const quietLooks = 100

/** The command, given as an operator gives it. */
function commanded(url: string, person: string): ChildProcess {
  return spawn(process.execPath, [entry, 'erase', '--user', person, '--url', url, '--json'],
    { env: { HINATA_ADMIN_KEY: adminKey }, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** What it printed. Rejects when it ended otherwise. */
async function receiptOf(command: ChildProcess): Promise<Receipt> {
  const [said, failure, [code]] = await Promise.all([
    text(command.stdout!), text(command.stderr!), once(command, 'exit') as Promise<[number | null]>])
  if (code !== 0) throw new Error(failure || `it ended with ${code}`)
  return JSON.parse(said) as Receipt
}
