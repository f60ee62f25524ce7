/**
 * The sender in a process of its own: `fork('sender-process.js')`, which gets a `SendOrder`, says when the
 * measured phases begin, and answers with a `SendResult`.
 */
import { Load, type Phase } from './load.js'
import { openLane, type Line } from './sender.js'

/** What to send. */
export interface SendOrder {
  readonly line: Line
  readonly connections: number
  readonly seconds: number
}

/** What it came to. Rates are messages. */
export interface SendResult {
  readonly sent: number
  readonly full: Phase
  readonly half: Phase
  readonly most: Phase
  /** Twice the maximum offered. */
  readonly over: Phase
}

/** Between the phases of a run the parent may look at clocks. */
export type SenderMessage = { readonly phase: 'full' | 'paced' } | { readonly result: SendResult }

const warmUpShare = 0.4
/** Messages unanswered on a connection while it is kept full. */
const fullWindow = 32

process.once('message', order => {
  void perform(order as SendOrder).then(result => {
    const message: SenderMessage = { result }
    process.send!(message, () => process.exit(0))
  }, (thrown: unknown) => {
    process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`)
    process.exit(1)
  })
})

async function perform({ line, connections, seconds }: SendOrder): Promise<SendResult> {
  const lanes = await Promise.all(Array.from({ length: connections }, () => openLane(line)))
  const load = new Load(lanes)
  const tell = (phase: 'full' | 'paced'): void => {
    const message: SenderMessage = { phase }
    process.send!(message)
  }
  await load.full(seconds * warmUpShare, fullWindow)
  tell('full')
  const full = await load.full(seconds, fullWindow)
  tell('paced')
  const half = await load.paced(seconds, full.perSecond * 0.5)
  const most = await load.paced(seconds, full.perSecond * 0.9)
  const over = await load.paced(seconds / 2, full.perSecond * 2)
  for (const lane of lanes) lane.close()
  return { sent: load.sent, full, half, most, over }
}
