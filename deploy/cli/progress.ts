/** Progress of long work: a bar on a terminal, a plain line every few seconds elsewhere. */
import { Presets, SingleBar } from 'cli-progress'

/** A running display. */
export interface Progress {
  advance(amount: number): void
  /** Ends the display; the total is then what was reached. */
  done(): void
}

const plainLineMs = 2_000

/** Starts a display of `total` steps. */
export function progressBar(total: number, label: string, out: NodeJS.WriteStream): Progress {
  return out.isTTY ? terminalBar(total, label, out) : plainLines(total, label, out)
}

function terminalBar(total: number, label: string, out: NodeJS.WriteStream): Progress {
  const bar = new SingleBar({
    format: `${label} [{bar}] {value}/{total}  {speed}/s  {eta_formatted} left`, stream: out,
    hideCursor: true,
  }, Presets.shades_classic)
  const startedAt = Date.now()
  let done = 0
  bar.start(total, 0, { speed: 0 })
  return {
    advance(amount) {
      done += amount
      bar.update(done, { speed: Math.round(done / Math.max(0.001, (Date.now() - startedAt) / 1_000)) })
    },
    done: () => bar.stop(),
  }
}

function plainLines(total: number, label: string, out: NodeJS.WritableStream): Progress {
  let done = 0
  let saidAt = Date.now()
  return {
    advance(amount) {
      done += amount
      if (Date.now() - saidAt < plainLineMs) return
      saidAt = Date.now()
      out.write(`${label}: ${Math.round(done)} of ${total}\n`)
    },
    done: () => { out.write(`${label}: ${Math.round(done)} of ${total}\n`) },
  }
}
