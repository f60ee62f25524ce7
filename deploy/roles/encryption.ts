/** Encryption of persons' content, as configured: where the master keys are, and what a new folder gets. */
import { join } from 'node:path'
import type { Encryption } from '../../engine/index.js'
import { MasterKeyFile } from '../../gateway/index.js'
import type { Config } from '../config/index.js'

/** What a folder gets that is made without `privacy.encryption`. */
const encryptionOfNewFolders = 'off'

/** For the pipeline's topology. */
export function encryptionOf(config: Config): Encryption {
  const asked = config.text('privacy.encryption')
  return { masters: masterKeysOf(config), initially: encryptionOfNewFolders,
    ...(asked === 'on' || asked === 'off' ? { asked } : {}) }
}

/** The file of master keys of a data folder. */
export function masterKeysOf(config: Config): MasterKeyFile {
  const given = config.text('privacy.master_key_file')
  return new MasterKeyFile(given || join(config.text('system.data_dir'), 'master-keys.json'))
}
