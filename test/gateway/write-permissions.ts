// Writes docs/PERMISSIONS.md from the tables and from the routes that a gateway serves.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deedsOf, permissionsPage } from '../../gateway/identity/permissions-page.js'
import { ladderPage } from '../../gateway/privacy/ladder-page.js'
import { projectRoot } from '../tidy/sources.js'
import { get, startSystem } from './system.js'

const system = await startSystem({ hasNode: false })
const { body } = await get(system.gateway.url, '/openapi.json', null)
await system.stop()
const deeds = deedsOf(body as { paths: Record<string, unknown> })
const page = `${permissionsPage(deeds)}\n${ladderPage(deeds)}`
writeFileSync(join(projectRoot(import.meta.dirname), 'docs', 'PERMISSIONS.md'), page)
