/** Progress of long work: a bar on a terminal, a plain line every few seconds elsewhere. */
import { Presets, SingleBar } from 'cli-progress'

/** A running display. */
export interface Progress {
  advance(amount: number): void
  /** Ends the display; the total is then what was reached. */
  done(): void
}

const plainLineMs = 2_000

/** Starts a display of `total` steps, `from` of which were done before. */
export function progressBar(total: number, label: string, out: NodeJS.WriteStream, from = 0): Progress {
  return out.isTTY ? terminalBar(total, label, out, from) : plainLines(total, label, out, from)
}

function terminalBar(total: number, label: string, out: NodeJS.WriteStream, from: number): Progress {
  const bar = new SingleBar({
    format: `${label} [{bar}] {value}/{total}  {speed}/s  {eta_formatted} left`, stream: out,
    hideCursor: true,
  }, Presets.shades_classic)
  const startedAt = Date.now()
  let done = from
  bar.start(total, from, { speed: 0 })
  return {
    advance(amount) {
      done += amount
      const seconds = Math.max(0.001, (Date.now() - startedAt) / 1_000)
      bar.update(done, { speed: Math.round((done - from) / seconds) })
    },
    done: () => bar.stop(),
  }
}

function plainLines(total: number, label: string, out: NodeJS.WritableStream, from: number): Progress {
  let done = from
  const startedAt = Date.now()
  let saidAt = startedAt
  return {
    advance(amount) {
      done += amount
      if (Date.now() - saidAt < plainLineMs) return
      saidAt = Date.now()
      const perSecond = (done - from) / ((saidAt - startedAt) / 1_000)
      const leftSeconds = Math.max(0, Math.round((total - done) / Math.max(1, perSecond)))
      out.write(`${label}: ${Math.round(done)} of ${total} (${Math.round((done / total) * 100)} %), `
        + `${Math.round(perSecond)}/s, ${leftSeconds} s left\n`)
    },
    done: () => { out.write(`${label}: ${Math.round(done)} of ${total}\n`) },
  }
}
