/**
 * Writes docs/ERRORS.md of the folder that it is started in: `node dist/deploy/scripts/generate-errors.js`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { errorsPage } from './errors-page.js'

mkdirSync('docs', { recursive: true })
writeFileSync('docs/ERRORS.md', errorsPage())
