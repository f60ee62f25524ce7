/**
 * A committed block, looked through once for all its listeners: who it is about, and what was made of it for
 * whom. So a listener pays for what is its own, and a thousand who see the same share one object.
 */
import type { Emitted } from '../../engine/index.js'
import type { LiveBlock } from './feed.js'
import { Shown } from './shown.js'

/** A block with outputs in it. */
export type CommittedBlock = Extract<LiveBlock, { readonly entry: string }>

/** One output of a block. */
export class Part {
  readonly emitted: Emitted
  readonly position: string
  readonly #shown = new Map<string, Shown>()

  constructor(emitted: Emitted, position: string) {
    this.emitted = emitted
    this.position = position
  }

  /** What those see who see it as `as` says; `make` says it when nobody did before. */
  shownAs(as: string, make: () => { readonly key: string, readonly data: unknown }): Shown {
    const known = this.#shown.get(as)
    if (known !== undefined) return known
    const { key, data } = make()
    const shown = new Shown(this.position, key, data)
    this.#shown.set(as, shown)
    return shown
  }
}

interface Parts {
  readonly all: readonly Part[]
  readonly byKey: ReadonlyMap<string, readonly Part[]>
}

const known = new WeakMap<CommittedBlock, Parts>()
const none: readonly Part[] = []

/** The parts of a block that are about a person; of everybody for null. */
export function partsOf(block: CommittedBlock, person: string | null): readonly Part[] {
  let parts = known.get(block)
  if (parts === undefined) known.set(block, parts = lookThrough(block))
  return person === null ? parts.all : parts.byKey.get(person) ?? none
}

function lookThrough({ entry, emitted }: CommittedBlock): Parts {
  const all = emitted.map((one, index) => new Part(one, `${entry}:${index}`))
  const byKey = new Map<string, Part[]>()
  for (const part of all) {
    const { key } = part.emitted
    const own = byKey.get(key)
    if (own === undefined) byKey.set(key, [part])
    else own.push(part)
  }
  return { all, byKey }
}
