export { Ages } from './ages.js'
export { decodeValue, encodeAround, encodeValue } from './pack.js'
