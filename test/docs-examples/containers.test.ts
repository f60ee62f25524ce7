/** deploy/compose.yaml and deploy/Dockerfile name what exists: commands, variables, services, files. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { options, type Option } from '../../deploy/config/options.js'
import { projectRoot } from '../tidy/sources.js'

interface Service {
  readonly image?: string
  readonly command?: string | string[]
  readonly profiles?: string[]
  readonly environment?: Record<string, string>
  readonly volumes?: string[]
  readonly ports?: string[]
  readonly depends_on?: Record<string, unknown>
}

const root = projectRoot(import.meta.dirname)
const compose = parse(readFileSync(join(root, 'deploy', 'compose.yaml'), 'utf8'), { merge: true }) as
  { services: Record<string, Service>, volumes: Record<string, unknown> }
const services = Object.entries(compose.services)
const ours = services.filter(([, { image }]) => image === 'hinata')
const variables = new Set((options as readonly Option[]).map(({ env }) => env))

t.test('each of our services runs a role, with variables that are options', async t => {
  const source = readFileSync(join(root, 'deploy', 'cli', 'hinata.ts'), 'utf8')
  for (const [name, { command = '', environment = {} }] of ours) {
    t.match(source, `command('${command[0]}'`, `${name} runs a command`)
    const unknown = Object.keys(environment).filter(variable => !variables.has(variable))
    t.strictSame(unknown, [], `${name}'s variables`)
  }
})

t.test('Redis has the settings that the engine asks for', async t => {
  const { command = '' } = compose.services.redis
  t.match(command, '--maxmemory-policy noeviction')
  t.match(command, '--appendonly yes')
})

t.test('one ClickHouse per profile, ports for this machine only, nothing undeclared', async t => {
  t.strictSame(services.flatMap(([, { profiles = [] }]) => profiles).sort(), ['embedded', 'server'])
  for (const [, { ports = [], volumes = [], depends_on: others = {} }] of services) {
    for (const port of ports) t.match(port, /^127\.0\.0\.1:/)
    for (const volume of volumes) t.ok(volume.split(':')[0] in compose.volumes, volume)
    for (const other of Object.keys(others)) t.ok(other in compose.services, other)
  }
})

t.test('the image copies what is there, runs as nobody special, and enters by hinata', async t => {
  const dockerfile = readFileSync(join(root, 'deploy', 'Dockerfile'), 'utf8')
  for (const [, files] of dockerfile.matchAll(/^COPY (?!--from)(.+) \.\/?$/gm)) {
    t.strictSame(files.split(' ').filter(file => !existsSync(join(root, file))), [], files)
  }
  t.match(dockerfile, /^USER node$/m)
  t.match(dockerfile, /^ENTRYPOINT \["hinata"\]$/m)
})
