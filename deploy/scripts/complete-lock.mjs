// Completes package-lock.json with the platform packages that the registry in use does not carry (builds for
// other systems). Without their entries `npm ci` calls the lock out of sync; with them it skips what does not
// fit the machine.
//
// Usage: npm install && node deploy/scripts/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const path = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..', '..',
  'package-lock.json')
const lock = JSON.parse(readFileSync(path, 'utf8'))
const systems = ['darwin', 'win32', 'linux', 'freebsd', 'android']
const processors = ['x64', 'arm64', 'arm', 'ia32']
let added = 0

for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`
    const words = name.split(/[-/]/)
    const os = systems.filter(system => words.includes(system))
    const cpu = processors.filter(processor => words.includes(processor))
    if (lock.packages[place] || os.length === 0) continue
    lock.packages[place] = { version, ...(cpu.length > 0 ? { cpu } : {}), optional: true, os }
    added++
  }
}

lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
for (const entry of Object.values(lock.packages)) delete entry.resolved
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
process.stdout.write(`${added} platform packages added\n`)
