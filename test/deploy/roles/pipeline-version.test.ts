/** Which embedder a system has: the one it was begun with; another one is another version. */
import t from 'tap'
import { loadConfig } from '../../../deploy/config/index.js'
import { topologyOfVersion } from '../../../deploy/roles/pipeline-version.js'
import { openVersions, type Topology } from '../../../engine/index.js'
import { codeVersion, embedderOf, hinataTopology, settingsOfEmbedder } from '../../../pipelines/hinata.js'
import { startRedis } from '../../support/redis.js'
import { isUseLiteInstalled, notInstalled } from '../../support/use-lite.js'

const skip = isUseLiteInstalled() ? false : notInstalled
const redis = await startRedis()
t.teardown(() => redis.stop())

let systems = 0
/** A system that has not begun: what a node of it would run, asked for `embedder`, as version `version`. */
function system(): (embedder: string, version?: number) => Promise<Topology> {
  const namespace = `s${++systems}`
  return (embedder, version) => topologyOfVersion(loadConfig({}, undefined, {
    HINATA_NAMESPACE: namespace, HINATA_PARTITIONS: '2', HINATA_EMBEDDER: embedder,
    HINATA_PIPELINE_VERSION: String(version ?? 0),
  }), redis.url, [])
}

function stageOf({ stages: [stage] }: Topology): string | undefined {
  return 'module' in stage ? stage.module.href.split('/').at(-1) : undefined
}

t.test('without the option a system has the default embedder, and asking for it is fine', async t => {
  const node = system()
  t.equal(stageOf(await node('')), 'enrich-stage.js')
  t.equal(stageOf(await node('static-hash')), 'enrich-stage.js')
})

t.test('begun with use-lite it has use-lite, asked for or not', { skip }, async t => {
  const node = system()
  t.equal(stageOf(await node('use-lite')), 'enrich-stage-lite.js')
  t.equal(stageOf(await node('')), 'enrich-stage-lite.js')
  const message = /begun with the embedder use-lite/
  await t.rejects(node('static-hash'), { code: 'EMBEDDER_FIXED', message })
})

t.test('a system that has begun refuses another embedder, and builds it as another version', { skip },
  async t => {
    const node = system()
    await node('')
    const namespace = `s${systems}`
    const topology = hinataTopology({ partitions: 2, sinks: [] })
    const versions = await openVersions({ redisUrl: redis.url, topology, namespace })
    t.teardown(() => versions.close())
    await versions.begin({}) // as the first node does
    await t.rejects(node('use-lite'), {
      code: 'EMBEDDER_FIXED', message: new RegExp(`replay --as v${codeVersion + 1} --embedder use-lite`),
    })
    await versions.add(codeVersion + 1, settingsOfEmbedder('use-lite'))
    t.equal(stageOf(await node('', codeVersion + 1)), 'enrich-stage-lite.js')
    t.equal(stageOf(await node('')), 'enrich-stage.js', 'the live one stays as it is')
    await versions.begin(settingsOfEmbedder('use-lite'))
    t.equal(embedderOf((await versions.find(codeVersion))?.settings ?? {}), 'static-hash', 'begun once')
  })

t.test('an embedder that nobody knows is refused', async t => {
  t.throws(() => hinataTopology({ partitions: 1, sinks: [], settings: { embedder: 7 } }),
    { code: 'CONFIG_INVALID', message: /found 7/ })
  await t.rejects(async () => system()('word2vec'), { code: 'CONFIG_INVALID' })
})
