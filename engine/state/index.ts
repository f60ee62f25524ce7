export type { Cell, CellDeclaration, CellsOf, CellWriter, StateDeclaration } from './cell.js'
export { Journal } from './journal.js'
export { value, type ValueCell } from './value.js'
export { indexedMap, map, type IndexedMapCell, type MapCell, type MapIndex } from './map.js'
export { list, type ListCell } from './list.js'
export { addToSteps, counter, sumOfSteps, type CounterCell, type CounterSteps } from './counter.js'
export { isTable, table, type TableCell, type TableRows } from './table.js'
export { timeline, type Moment, type TimelineCell } from './timeline.js'
export {
  isEventTimeMember, otherTimeMember, parseTimerMember, TimerIndex, timerMember, type TimerName,
} from './timers.js'
