// Builds, makes sure of Redis and what else tests need, runs every test and ends with the ten slowest files
// and one line: `N passed, N failed` (assertions; a file that crashes or hangs is a failed one). Exits
// non-zero unless all passed and every file was run. Up to three files that fail are run once more, one after
// the other: on a machine that others use, a test may lose its processor for longer than it can bear. What
// then passes is named at the end: a test to be mended.
//
// A file is run as `node FILE`, and its TAP is read here: the runner of tap puts a module loader, which is a
// thread of its own, into every process and every thread that a test starts. Each file is a group of
// processes; what is left of it when the file ends is ended too.
//
// Usage: node deploy/test.mjs [--out FOLDER] [--jobs N] [PART-OF-A-PATH …]      (default: dist, all tests)
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureRedis, prepareForTests } from './system.mjs'

/** Test files that run at once: most of them wait for Redis or a child, so two keep two cores busy. */
const jobsDefault = 2
/** Seconds that one test may take, unless its file sets more: the slowest needs a third of it under load. */
const testSecondsMax = 180
/** Seconds after which a file is ended from outside: more than any file gives itself. */
const fileSecondsMax = 660
/** More failed files than this are no accident. */
const filesAgainMax = 3
/** Files that the list at the end names. */
const slowestShown = 10
/** Whose files take longest: they begin first, so that nothing long runs alone at the end. */
const longestFirst = ['faults/', 'scenarios/', 'simulation/', 'docs-examples/', 'storage/', 'tidy.',
  'gateway/']

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values: { out, jobs }, positionals: wanted } = parseArgs({
  options: { out: { type: 'string', default: 'dist' }, jobs: { type: 'string', default: `${jobsDefault}` } },
  allowPositionals: true,
})
const running = new Set()
process.once('exit', () => running.forEach(endGroup))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => end(0, 1))

ensureRedis()
prepareForTests()
if (run(process.execPath, [join('deploy', 'build.mjs'), out]) !== 0) end(0, 1)
const files = compiledTests()
if (files.length === 0) {
  process.stderr.write(`no test file has ${wanted.join(' or ')} in its path\n`)
  end(0, 1)
}
const first = await runFiles(files, Number(jobs))
showSlowest(first)
const failed = first.filter(({ isOk }) => !isOk)
const passed = sum(first, 'passed')
if (failed.length === 0 || failed.length > filesAgainMax) end(passed, sum(first, 'failed'))
process.stdout.write(`\nonce more: ${failed.map(({ file }) => file).join(' ')}\n`)
const second = await runFiles(failed.map(({ file }) => file), 1)
for (const { file, isOk } of second) {
  if (isOk) process.stdout.write(`UNSTEADY ${file}: failed, then passed alone\n`)
}
end(passed - sum(failed, 'passed') + sum(second, 'passed'), sum(second, 'failed'))

/** Runs a program in the project's folder; its exit status. */
function run(program, args) {
  return spawnSync(program, args, { cwd: root, stdio: 'inherit' }).status ?? 1
}

/** The compiled form of every test source (a test whose source is gone is not run), in their order. */
function compiledTests() {
  const place = file => {
    const at = longestFirst.findIndex(part => file.startsWith(join('test', part)))
    return at < 0 ? longestFirst.length : at
  }
  return readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map(entry => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .filter(file => wanted.length === 0 || wanted.some(part => file.includes(part)))
    .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
    .map(file => join(out, file.replace(/ts$/, 'js')))
}

/** Runs the files, `jobs` at a time; what each came to, in the order of their ends. */
async function runFiles(tests, jobs) {
  const waiting = [...tests]
  const results = []
  await Promise.all(Array.from({ length: jobs }, async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const result = await runFile(file)
      results.push(result)
      const verdict = `${result.isOk ? 'passed' : 'FAILED'} ${file} ${result.seconds.toFixed(1)} s`
      process.stdout.write(`[${results.length}/${tests.length}] ${verdict}\n${result.told}`)
    }
  }))
  return results
}

/** Runs one file in a group of processes of its own. */
async function runFile(file) {
  const from = performance.now()
  const child = spawn(process.execPath, [file], {
    cwd: root, detached: true, stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TAP: '1', TAP_TIMEOUT: String(testSecondsMax) },
  })
  running.add(child)
  const tooLong = setTimeout(() => endGroup(child), fileSecondsMax * 1_000)
  child.once('exit', () => endGroup(child))
  const read = readTap(child.stdout)
  const code = await new Promise(resolve => child.once('close', resolve))
  clearTimeout(tooLong)
  running.delete(child)
  const { passed, failed, told, isWhole } = await read
  const isOk = isWhole && failed === 0 && code === 0
  const why = isOk || failed > 0 ? '' : `  ended with ${code ?? child.signalCode}\n`
  return { file, isOk, passed, failed: isOk ? 0 : Math.max(1, failed), told: told + why,
    seconds: (performance.now() - from) / 1_000 }
}

/**
 * Reads a file's TAP: every failed test point with what it found, and the last comment, which counts the
 * assertions. Without that comment it is not whole, unless it says that all was skipped.
 */
async function readTap(stream) {
  const result = { passed: 0, failed: 0, told: '', isWhole: false }
  let isDetail = false
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) text += chunk
  for (const line of text.split('\n')) {
    const [, indent, not, title] = /^( *)(not )?ok \d+ - (.*?) ?\{?$/.exec(line) ?? []
    const total = /^# \{ total: \d+(?:, pass: (\d+))?(?:, fail: (\d+))?/.exec(line)
    if (title !== undefined) {
      isDetail = Boolean(not)
      if (not) result.told += `${indent}  not ok: ${title}\n`
    } else if (isDetail && /^ +(?!ok|#|\d+\.\.)\S/.test(line)) result.told += `  ${line}\n`
    else isDetail = false
    if (total) {
      [result.passed, result.failed] = [Number(total[1] ?? 0), Number(total[2] ?? 0)]
      result.isWhole = true
    } else if (/^1\.\.0 # /.test(line)) result.isWhole = true
  }
  return result
}

/** Ends what a file has left behind, and the file if it still runs. */
function endGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

function showSlowest(results) {
  const slowest = results.toSorted((a, b) => b.seconds - a.seconds).slice(0, slowestShown)
  process.stdout.write(`\nthe slowest of ${Math.round(sum(results, 'seconds'))} s:\n`)
  for (const { file, seconds } of slowest) process.stdout.write(`${seconds.toFixed(1).padStart(7)} ${file}\n`)
}

function sum(results, field) {
  return results.reduce((total, result) => total + result[field], 0)
}

/** Prints the line that the run is known by and exits. */
function end(passed, failed) {
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
  process.exit(failed === 0 ? 0 : 1)
}
