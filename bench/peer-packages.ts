/**
 * Packages and programs of peers. They are in bench/peers/package.json, pinned, so that `npm ci` of this
 * package does not bring them; a full run installs and compiles them.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ensureForBench } from '../deploy/system.mjs'
import { versionOf } from './machine.js'

/** The folder that this runs from (dist), and the root of the project above it. */
const built = new URL('../', import.meta.url)
const root = new URL('../', built)
const folder = fileURLToPath(new URL('bench/peers/', root))

interface PackageFile {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

/** The pinned version of a peer's package, the installed one of a package of ours, or a program's. */
export function peerVersion(name: string): string {
  const pinned = readPackage(`${folder}package.json`).dependencies?.[name]
  const own = fileURLToPath(new URL(`node_modules/${name}/package.json`, root))
  return pinned ?? (existsSync(own) ? readPackage(own).version ?? '' : versionOf(name))
}

/** Finds or installs a program. Throws what to do about it. */
export function assertProgram(name: string): string {
  return ensureForBench(name)
}

/** A source file of bench/peers in another language. */
export function peerSource(name: string): string {
  return `${folder}${name}`
}

/** Throws unless the peer is compiled and its packages are there. */
export function assertPeer(module: URL): void {
  if (!module.pathname.includes('/bench/peers/')) return
  const link = new URL('./node_modules', module)
  if (!existsSync(module) || !existsSync(link)) {
    throw new Error('its packages could not be installed or compiled; what a full run said tells why')
  }
}

/** Installs and compiles the peers. Throws what went wrong. */
export function installPeers(say: (line: string) => void): void {
  if (!existsSync(`${folder}node_modules`)) {
    say('installing the packages of peers (npm ci in bench/peers) …')
    run('npm', ['ci', '--prefix', folder])
  }
  say('compiling the peers …')
  const out = fileURLToPath(built)
  run(process.execPath, [fileURLToPath(new URL('node_modules/typescript/bin/tsc', root)), '-p', folder,
    '--outDir', out, '--tsBuildInfoFile', `${out}bench/peers/.tsbuildinfo`])
  // compiled, they are in another folder than their packages
  const link = `${out}bench/peers/node_modules`
  if (!existsSync(link)) symlinkSync(`${folder}node_modules`, link)
}

function run(program: string, given: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(program, given, { encoding: 'utf8' })
  if (status !== 0) {
    throw new Error(`${program} ${given.join(' ')} failed:\n${error?.message ?? ''}${stdout}${stderr}`)
  }
}

function readPackage(path: string): PackageFile {
  return JSON.parse(readFileSync(path, 'utf8')) as PackageFile
}
