/** Rules about who may import whom: layers, packages, public faces, and exports that nobody imports. */
import ts from 'typescript'
import { exportsOf, referencesOf, violationAt, type Reference, type Rule, type Source } from './sources.js'

/**
 * Which folders a folder may import, besides itself (docs/ARCHITECTURE.md). Nobody imports
 * test, and only tests import bench.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  actors: ['engine'],
  analytics: ['engine', 'actors'],
  pipelines: ['engine', 'actors', 'analytics'],
  storage: ['engine', 'actors', 'analytics', 'pipelines'],
  gateway: ['engine', 'actors', 'pipelines'],
  deploy: ['engine', 'actors', 'analytics', 'pipelines', 'storage', 'gateway'],
  bench: ['engine', 'actors', 'analytics', 'pipelines', 'storage', 'gateway', 'deploy'],
  test: ['examples', 'bench', 'engine', 'actors', 'analytics', 'pipelines', 'storage', 'gateway', 'deploy'],
  examples: ['engine', 'gateway'],
}

/** Layers of the engine, the lowest first: a folder imports from lower layers only. */
const engineLayers: readonly (readonly string[])[] = [
  ['errors', 'limits', 'clock', 'telemetry'],
  ['record'], // pure data
  ['redis'],
  ['cipher'],
  ['log', 'state', 'threads'],
  ['actor'],
  ['flow', 'jobs'],
  ['topology'],
]

/** The one folder that a package is imported from. Tests and benchmarks may import any of them. */
const packageOwners: Readonly<Record<string, string>> = {
  ioredis: 'engine/redis',
  msgpackr: 'engine/record',
  piscina: 'engine/threads',
  bullmq: 'engine/jobs',
  'wink-nlp': 'actors/text',
  'wink-eng-lite-web-model': 'actors/text',
  minisearch: 'actors/search',
  'js-tiktoken': 'actors/psp',
  '@clickhouse/client': 'analytics',
  rxjs: 'gateway/live',
  'uWebSockets.js': 'gateway/server',
  '@sinclair/typebox': 'gateway/schema',
  'prom-client': 'gateway',
  ws: 'gateway/client',
  jose: 'gateway/identity',
  echarts: 'analytics/report',
  chdb: 'deploy/embedded',
  commander: 'deploy/cli',
  'cli-progress': 'deploy/cli',
  pino: 'deploy/roles',
  yaml: 'deploy/config',
  '@moleculer/channels': 'bench/peers',
  '@nats-io/jetstream': 'bench/peers',
  '@nats-io/kv': 'bench/peers',
  '@nats-io/transport-node': 'bench/peers',
  '@restatedev/restate-sdk': 'bench/peers',
  fastify: 'bench/peers',
  moleculer: 'bench/peers',
  nact: 'bench/peers',
  xstate: 'bench/peers',
  clickhouse: 'test',
  'fast-check': 'test',
  'hnswlib-node': 'test',
  ajv: 'test',
  '@asyncapi/specs': 'test',
  '@seriousme/openapi-schema-validator': 'test',
  'playwright-core': 'test',
  tap: 'test',
  typescript: 'test',
}

/** Folders that may look behind a public face, and into every package: they test and compare. */
const isOutside = /^(test|bench)\//

const topOf = (path: string): string => path.slice(0, path.indexOf('/'))

/** A rule about references: `find` says what is wrong with one. */
function perReference(
  name: string, bad: Rule['bad'], find: (reference: Reference) => string | undefined,
): Rule {
  return {
    name,
    bad,
    check: sources => sources.flatMap(referencesOf).flatMap(reference => {
      const what = find(reference)
      return what ? [violationAt(reference.source, reference.node, what)] : []
    }),
  }
}

/** All of them. */
export const importRules: readonly Rule[] = [
  perReference('imports go down: gateway and deploy → pipelines → actors → engine',
    { 'engine/a.ts': '/** A. */\nimport \'../actors/b.js\'\n' },
    ({ source, target }) => {
      if (target === undefined) return undefined
      const [from, to] = [topOf(source.path), topOf(target)]
      return from === to || mayImport[from]?.includes(to) ? undefined : `${from} imports ${to}`
    }),

  perReference('inside engine, imports go to a lower layer',
    { 'engine/state/a.ts': '/** A. */\nimport \'../topology/b.js\'\n' },
    ({ source, target }) => {
      const [from, to] = [source.path, target ?? ''].map(path => /^engine\/([^/]+)\//.exec(path)?.[1])
      if (from === undefined || to === undefined || from === to) return undefined
      return layerOf(to) < layerOf(from) ? undefined : `engine/${from} imports engine/${to}`
    }),

  perReference('the engine is imported through a public face, an index.ts',
    { 'actors/a.ts': '/** A. */\nimport \'../engine/log/appender.js\'\n' },
    ({ source, target }) => (target?.startsWith('engine/') && !target.endsWith('/index.ts')
      && topOf(source.path) !== 'engine' && !isOutside.test(source.path) ? `behind a public face: ${target}`
        : undefined)),

  perReference('a package is imported from its one folder',
    { 'actors/a.ts': '/** A. */\nimport \'ioredis\'\n' },
    ({ source, specifier }) => {
      if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined
      const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
      const owner = packageOwners[name]
      if (owner === undefined) return `${name} has no owner in the table`
      if (isOutside.test(source.path) || source.path.startsWith(`${owner}/`)) return undefined
      return `${name} belongs to ${owner}`
    }),

  {
    name: 'every export is imported, is a type that another export names, or is in a public face',
    bad: { 'engine/a.ts': '/** A. */\n/** B. */\nexport const b = 1\n' },
    check: sources => {
      const used = usedExports(sources)
      return sources.filter(({ path }) => !path.endsWith('/index.ts') && !path.endsWith('.d.mts'))
        .flatMap(source => {
        const all = exportsOf(source)
        return all.filter(({ name }) => !used.has(`${source.path}#${name}`) && !used.has(`${source.path}#*`))
          .filter(one => !isType(one.node)
            || !all.some(other => other !== one && names(other.node, one.name)))
          .map(({ name, node }) => violationAt(source, node, `nobody imports ${name}`))
      })
    },
  },
]

function isType(node: ts.Node): boolean {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)
}

/** Whether a type of that name is written anywhere in the node. */
function names(node: ts.Node, type: string): boolean {
  if (ts.isTypeReferenceNode(node) && node.typeName.getText() === type) return true
  return ts.forEachChild(node, child => names(child, type) || undefined) ?? false
}

/** The layer's number; a folder that is in none may import nothing and be imported by all. */
function layerOf(folder: string): number {
  return engineLayers.findIndex(layer => layer.includes(folder))
}

/** `<path>#<name>` of everything that some other file takes; `<path>#*` when it takes all. */
function usedExports(sources: readonly Source[]): Set<string> {
  const used = new Set<string>()
  for (const { source, target, names } of sources.flatMap(referencesOf)) {
    if (target === undefined || target === source.path) continue
    for (const name of names ?? ['*']) used.add(`${target}#${name}`)
  }
  return used
}

/** Packages that code needs outside tests and benchmarks: they must be dependencies of the package. */
export function packagesAtRunTime(sources: readonly Source[]): Set<string> {
  const outside = sources.flatMap(referencesOf).filter(({ source }) => !isOutside.test(source.path))
  return new Set(outside.map(({ specifier }) => specifier)
    .filter(specifier => !specifier.startsWith('.') && !specifier.startsWith('node:'))
    .map(specifier => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')))
}
