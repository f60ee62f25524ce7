// Builds, makes sure of Redis and what else tests need, runs every test with tap and ends with one line:
// `N passed, N failed` (assertions; a file that crashes or hangs is a failed one). Exits non-zero unless all
// passed and every file was run. Up to three files that fail are run once more, one after the other: on a
// machine that others use, a test may lose its processor for longer than it can bear. What then passes is
// named at the end: a test to be mended.
//
// Usage: node deploy/test.mjs [--out FOLDER] [PART-OF-A-PATH …]      (default: dist, all tests)
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureRedis, prepareForTests } from './system.mjs'

/** Test files that run at once: most of them wait for Redis or a child, so two keep two cores busy. */
const jobs = 2
/** Seconds that one file may take: the slowest needs a third of it on a loaded machine. */
const fileSecondsMax = 180
/** More failed files than this are no accident. */
const filesAgainMax = 3

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values: { out }, positionals: wanted } = parseArgs({
  options: { out: { type: 'string', default: 'dist' } }, allowPositionals: true,
})

ensureRedis()
prepareForTests()
if (run(process.execPath, [join('deploy', 'build.mjs'), out]) !== 0) end(0, 1)
const files = compiledTests()
if (files.length === 0) {
  process.stderr.write(`no test file has ${wanted.join(' or ')} in its path\n`)
  end(0, 1)
}
const first = await runTap(files, jobs)
const isWhole = first.filesRun === files.length
if (!isWhole) process.stderr.write(`${files.length} files were to be run, ${first.filesRun} were\n`)
const again = first.filesFailed.length
if (!isWhole || again === 0 || again > filesAgainMax) {
  end(first.passed, isWhole ? first.failed : Math.max(1, first.failed))
}
process.stdout.write(`\nonce more: ${first.filesFailed.join(' ')}\n`)
const second = await runTap(first.filesFailed, 1)
const unsteady = first.filesFailed.filter(file => !second.filesFailed.includes(file))
for (const file of unsteady) process.stdout.write(`UNSTEADY ${file}: failed, then passed alone\n`)
end(first.passed + second.passed, second.failed)

/** Runs a program in the project's folder; its exit status. */
function run(program, args) {
  return spawnSync(program, args, { cwd: root, stdio: 'inherit' }).status ?? 1
}

/** The compiled form of every test source, so that a test whose source is gone is not run. */
function compiledTests() {
  return readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map(entry => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .filter(file => wanted.length === 0 || wanted.some(part => file.includes(part)))
    .map(file => join(out, file.replace(/ts$/, 'js')))
    .sort()
}

/**
 * Runs the files and reads the TAP while it comes: prints one line per file, and every failed test point with
 * what it found. A test point without an indent is a file; the last comment counts the assertions.
 */
async function runTap(tests, jobs) {
  const tap = spawn(process.execPath, [join('node_modules', 'tap', 'dist', 'esm', 'run.mjs'), 'run',
    '--disable-coverage', '--allow-empty-coverage', '--reporter=tap',
    `--jobs=${jobs}`, `--timeout=${fileSecondsMax}`, ...tests],
      { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => tap.kill(signal))
  const ended = new Promise(resolve => tap.once('close', resolve))
  const counts = { passed: 0, failed: 0, filesRun: 0, filesFailed: [] }
  let isDetail = false
  for await (const line of createInterface({ input: tap.stdout })) {
    const [, indent, not, title] = /^( *)(not )?ok \d+ - (.*?) ?\{?$/.exec(line) ?? []
    const total = /^# \{ total: \d+(?:, pass: (\d+))?(?:, fail: (\d+))?/.exec(line)
    if (title !== undefined) {
      const verdict = not ? 'FAILED' : 'passed'
      if (indent === '') process.stdout.write(`[${++counts.filesRun}/${tests.length}] ${verdict} ${title}\n`)
      else if (not) process.stdout.write(`${indent}not ok: ${title}\n`)
      if (indent === '' && not) counts.filesFailed.push(title.replace(/ # .*/, ''))
      isDetail = Boolean(not)
    } else if (isDetail && /^ +(?!ok|#|\d+\.\.)\S/.test(line)) process.stdout.write(`${line}\n`)
    else isDetail = false
    if (total) [counts.passed, counts.failed] = [Number(total[1] ?? 0), Number(total[2] ?? 0)]
  }
  if (await ended !== 0) counts.failed = Math.max(1, counts.failed)
  return counts
}

/** Prints the line that the run is known by and exits. */
function end(passed, failed) {
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
  process.exit(failed === 0 ? 0 : 1)
}
