// Builds the TypeScript sources and lays the files that are read at run time (Lua scripts, pages) beside the
// code that reads them, so that tests, benchmarks and production all run the same tree.
//
// Usage: node deploy/build.mjs [out-folder]      (default: dist)
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const out = process.argv[2] ?? 'dist'
const runtimeFile = /\.(lua|sql|html|css|svg)$|(^|\/)system\.mjs$/
const sources = ['engine', 'actors', 'analytics', 'pipelines', 'storage', 'gateway', 'deploy', 'test']

const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
const compiled = spawnSync(process.execPath,
  [tsc, '-p', root, '--outDir', join(root, out), '--tsBuildInfoFile', join(root, out, '.tsbuildinfo')],
  { stdio: 'inherit' })

for (const source of sources) copyRuntimeFiles(source)
process.exit(compiled.status ?? 1)

/** Copies every run-time file under `folder` to the same place under the out folder. */
function copyRuntimeFiles(folder) {
  let entries
  try {
    entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
  } catch {
    return // the folder is not part of this checkout
  }
  for (const entry of entries) {
    if (!entry.isFile() || !runtimeFile.test(entry.name)) continue
    const from = join(entry.parentPath ?? entry.path, entry.name)
    const to = join(root, out, from.slice(root.length + 1))
    mkdirSync(dirname(to), { recursive: true })
    cpSync(from, to)
  }
}
