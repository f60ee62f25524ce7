export { encrypt, type DataKey } from './box.js'
export { DataKeys, type DataKeysPlace, type InForce } from './data-keys.js'
export { encodeEmissions, openOutputs } from './emissions.js'
export {
  encryptChanges, hiddenRow, openFields, openNamedRows, openRows, type OpenedFields,
} from './fields.js'
export type { MasterKeys } from './master-keys.js'
export { encodeEncrypted, openEntries } from './records.js'
export { countWrapped, rewrapAll } from './rewrapping.js'
