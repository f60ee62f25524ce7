/** Master keys in a folder of their own, for topologies that are encrypted. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Encryption } from '../../engine/index.js'
import { MasterKeyFile } from '../../gateway/privacy/master-keys.js'

/** A file that the test alone has; with a first key. */
export function masterKeyFile(t: Test): MasterKeyFile {
  const folder = mkdtempSync(join(tmpdir(), 'hinata-keys-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const file = new MasterKeyFile(join(folder, 'master-keys.json'))
  file.make()
  return file
}

/** A topology that is made now is encrypted. */
export function encrypted(t: Test): Encryption & { readonly masters: MasterKeyFile } {
  return { masters: masterKeyFile(t), initially: 'on' }
}
