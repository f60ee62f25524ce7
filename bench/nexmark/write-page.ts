/**
 * Writes docs/BENCHMARKS-NEXMARK.md of the folder that it is started in: `node
 * dist/bench/nexmark/write-page.js`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { nexmarkPage } from './page.js'
import type { NexmarkReport } from './report.js'

const report = JSON.parse(readFileSync('bench/results/nexmark.json', 'utf8')) as NexmarkReport
writeFileSync('docs/BENCHMARKS-NEXMARK.md', nexmarkPage(report))
