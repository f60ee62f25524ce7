export { errorTable, type ErrorCode, type ErrorKind, type ErrorRow } from './table.js'
export { HinataError, errorValueOf, messageOf, type ErrorDetails, type ErrorValue } from './error.js'
