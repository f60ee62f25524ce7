export { endWait, ManualClock, systemClock, type Clock } from './clock.js'
