export { stallMsDefault } from './limits.js'
