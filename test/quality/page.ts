/** docs/QUALITY.md, from a report. */
import type { Line } from './metric.js'
import type { Measured, Report } from './report.js'
import { cellsOf } from './table.js'

const OPENING = `# Quality, measured

The PSP and the search, measured on real data without any language model. Written by \`npm run quality\`
(\`test/quality/\`), which runs the pipeline of production in memory over a folder of data that is not part
of this repository. Each metric has a split for tuning (dev) and one that counts (test), by conversation,
person or topic. In brackets: where 95 of 100 bootstrap means lie; beside a baseline, of ours minus theirs on
the same questions. Times are of a shared machine with two cores.
`

const LITE = `# With the embedder use-lite

What persons say of themselves, and what is asked about them, are compared by \`use-lite\`; records are not
([decisions/0057](decisions/0057-use-lite.md)). The same measures, on the same splits; cosine is that of
\`use-lite\` alone. In Q3 a tenth above that is missed; the decision tells what was tried.
`

/** The page, of the default embedder and of the optional one. */
export function pageOf({ seed, measured }: Report, lite: Report): string {
  const more = lite.measured.length === 0 ? [] : [LITE, ...lite.measured.map(sectionOf)]
  return [OPENING, ...measured.map(sectionOf), ...more, `Seed ${seed}.\n`].join('\n')
}

function sectionOf({ id, title, definition, note, lines, missing }: Measured): string {
  const head = `## ${id} ${title}\n\n${definition}\n`
  if (missing !== undefined) return `${head}\nNot measured: ${missing}.\n`
  return [
    head,
    '| measure | split | n | ours | target | baselines | ms p50 / p95 | prompt tokens |',
    '|---|---|---|---|---|---|---|---|',
    ...lines.map(rowOf),
    ...(note === undefined ? [] : ['', note]),
    '',
  ].join('\n')
}

function rowOf(line: Line): string {
  const { measure, split, count, value, target, baselines, latency, tokens } = cellsOf(line)
  return `| ${[measure, split, count, value, target, baselines, latency, tokens].join(' | ')} |`
}
