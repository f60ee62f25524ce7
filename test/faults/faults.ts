/** All faults, by name. */
import { cutCalls } from './cut-calls.js'
import type { Fault } from './fault.js'

/** By the name of their file. */
export const faults: Readonly<Record<string, Fault>> = {
  'cut-calls': cutCalls,
}
