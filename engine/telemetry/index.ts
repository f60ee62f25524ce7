export { channels, type CommitSpan, type InsertSpan, type StateChange } from './channels.js'
