/**
 * Writes docs/BENCHMARKS-NEXMARK.md of the folder that it is started in: `node
 * dist/bench/nexmark/write-page.js`.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { nexmarkPage } from './page.js'
import type { NexmarkReport } from './report.js'

const inMemory = 'bench/results/nexmark-rxjs.json'
const report = read('bench/results/nexmark.json')
const page = nexmarkPage(report, existsSync(inMemory) ? read(inMemory) : undefined)
writeFileSync('docs/BENCHMARKS-NEXMARK.md', page)

function read(file: string): NexmarkReport {
  return JSON.parse(readFileSync(file, 'utf8')) as NexmarkReport
}
