// Makes sure that a program of the operating system is there. When root on Debian or Ubuntu it is installed
// with apt-get; else the exact command to run is said. Plain JavaScript: it also runs before the build.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What we need from the system: the program, its Debian package. */
const packages = { 'redis-server': 'redis-server', chromium: 'chromium', nginx: 'nginx-light',
  promtool: 'prometheus', 'nats-server': 'nats-server', erl: 'erlang-base', erlc: 'erlang-base',
  'g++': 'g++', 'caf/all.hpp': 'libcaf-dev' }
/** Where the headers of Debian's C++ libraries are. */
const headerFolder = '/usr/include'
/** What only tests need: without it they are skipped and say so. */
const testPrograms = ['nginx', 'chromium', 'promtool']

/** The path of a program, or undefined. */
export function findProgram(name) {
  return (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, name)).find(existsSync)
}

/** Finds the program or installs it. Throws an Error that says what to do. */
function ensureProgram(name, say = line => process.stderr.write(`${line}\n`), find = findProgram) {
  const found = find(name)
  if (found) return found
  const howTo = `sudo apt-get install ${packages[name]}   (macOS: brew install ${name === 'redis-server'
    ? 'redis' : name})`
  const mayInstall = process.getuid?.() === 0 && findProgram('apt-get')
  if (!mayInstall) throw new Error(`${name} is not on this machine. Install it:\n  ${howTo}`)
  say(`${name} is missing; installing the package ${packages[name]} with apt-get …`)
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '-y', '--no-install-recommends', packages[name]]
  let result = spawnSync('apt-get', install, { env: environment, encoding: 'utf8' })
  if (result.status !== 0) {
    spawnSync('apt-get', ['update'], { env: environment, encoding: 'utf8' })
    result = spawnSync('apt-get', install, { env: environment, encoding: 'utf8' })
  }
  const installed = find(name)
  if (!installed) {
    throw new Error(`apt-get could not install ${packages[
      name]}:\n${result.stderr}\nInstall it by hand:\n  ${howTo}`)
  }
  return installed
}

/** Redis, found or installed. */
export function ensureRedis() {
  return ensureProgram('redis-server')
}

/** A program of a peer that a full benchmark runs beside us, found or installed. */
export function ensureForBench(name) {
  return ensureProgram(name)
}

/** A C++ library, by a header of it, found or installed. */
export function ensureLibraryForBench(header) {
  return ensureProgram(header, undefined, findHeader)
}

function findHeader(name) {
  const path = join(headerFolder, name)
  return existsSync(path) ? path : undefined
}

/** Installs what tests need beside Redis, where it may; says what is missing where it may not. */
export function prepareForTests(say = line => process.stderr.write(`${line}\n`)) {
  for (const name of testPrograms) {
    try {
      ensureProgram(name, say)
    } catch (error) {
      say(`${error instanceof Error ? error.message : String(error)}\nTests that need ${name} are skipped.`)
    }
  }
}
