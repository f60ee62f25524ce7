/**
 * G1 to G6 under every fault of engine and Redis, in short form: nothing acknowledged is lost, nothing is
 * doubled, and everything is what an undisturbed run makes of it. The long form is table.ts.
 */
import { faults, systemFaults } from './faults.js'
import { testFaults } from './test-faults.js'

testFaults(Object.fromEntries(Object.entries(faults).filter(([name]) => !(name in systemFaults))))
