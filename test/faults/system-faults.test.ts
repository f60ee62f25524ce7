/** The same as faults.test.ts for the whole system with all its processes: G1 to G6, rows included. */
import { systemFaults } from './faults.js'
import { testFaults } from './test-faults.js'

testFaults(systemFaults)
