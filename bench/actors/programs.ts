/** How the exercises of each side are started; those in other languages are compiled first. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureForBench, ensureLibraryForBench } from '../../deploy/system.mjs'
import { assertPeer, peerSource } from '../peer-packages.js'

/** A program and what it is given before the sizes. */
export interface Program {
  /** Checks, installs and compiles what it needs; throws what is missing. */
  prepare(): void
  /** Only after `prepare`. */
  command(): readonly [program: string, ...given: string[]]
}

let compiledIn: string | undefined

/** A troupe for Node. */
export function troupe(module: URL, name: string): Program {
  const runner = fileURLToPath(new URL('./troupe-process.js', import.meta.url))
  return {
    prepare: () => { assertPeer(module) },
    command: () => [process.execPath, runner, module.href, name],
  }
}

/** Erlang's processes. */
export const erlang: Program = {
  prepare() {
    ensureForBench('erl')
    compile(ensureForBench('erlc'), ['-o', folder(), peerSource('savina.erl')])
  },
  command: () => [ensureForBench('erl'), '-noshell', '-pa', folder(), '-run', 'savina', 'main'],
}

/** CAF's actors. */
export const caf: Program = {
  prepare() {
    ensureLibraryForBench('caf/all.hpp')
    compile(ensureForBench('g++'), ['-O2', '-std=c++17', peerSource('savina.cpp'), '-o', cafProgram(),
      '-lcaf_core', '-pthread'])
  },
  command: () => [cafProgram()],
}

function cafProgram(): string {
  return join(folder(), 'savina')
}

function folder(): string {
  return compiledIn ??= mkdtempSync(join(tmpdir(), 'hinata-bench-actors-'))
}

function compile(compiler: string, given: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(compiler, given, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${compiler} failed: ${stdout}${stderr}`)
}
