/**
 * Online clustering of a person's records: the nearest centroid takes the record if it is near enough, else
 * the record founds a cluster. Stable under replay: a cluster's id never changes, centroids move by exact
 * int8 arithmetic.
 *
 * L1 At most CLUSTERS_MAX clusters; after that the nearest one takes every record.
 * L2 A centroid that has seen SETTLED_AT records stands still, so that its cluster keeps its meaning and
 *    costs no more writes. L3 A cluster's name is the topic that most of those records have.
 */
import { staticHash } from '../embedding/index.js'
import type { MapCell } from '../../engine/index.js'
import { VectorScan } from '../psp/vector-scan.js'
import { blended, bytesOf } from '../psp/vectors.js'

/** One cluster. */
export interface Cluster {
  readonly centroid: Uint8Array
  /** Records that moved the centroid. */
  readonly records: number
  /** Topics of those records: [name, how many], the most frequent first; at most NAMES_MAX. */
  readonly names: readonly (readonly [string, number])[]
  /** The topic that stands for it, '' while none does. */
  readonly name: string
}


const CLUSTERS_MAX = 48
const IDS = Array.from({ length: CLUSTERS_MAX }, (_, i) => `k${i + 1}`)
const NEAR = 0.36
const SETTLED_AT = 32
const NAMES_MAX = 6
const NAMED_RECORDS_MIN = 3
/** Of a cluster's records, so many must have a topic that names it. */
const NAMED_SHARE = 0.4
const nowhere = new Uint8Array(staticHash.dim)
const scan = new VectorScan(CLUSTERS_MAX)

/** The id of the record's cluster; founds or moves it. `topics` are the record's. */
export function assignCluster(
  clusters: MapCell<Cluster>,
  vector: Uint8Array,
  topics: readonly string[],
): string {
  const { size } = clusters
  for (let i = 0; i < size; i += 1) scan.put(i, clusters.get(IDS[i])?.centroid ?? nowhere)
  const cosines = scan.cosines(vector, size)
  let nearest = ''
  let best = -1
  for (let i = 0; i < size; i += 1) {
    if (cosines[i] <= best) continue
    nearest = IDS[i]
    best = cosines[i]
  }
  if (best < NEAR && size < CLUSTERS_MAX) {
    const id = IDS[size]
    clusters.put(id, { centroid: bytesOf(vector), records: 1, names: counted([], topics), name: '' })
    return id
  }
  const cluster = clusters.get(nearest)
  if (cluster !== undefined && cluster.records < SETTLED_AT) {
    const records = cluster.records + 1
    const centroid = blended(cluster.centroid, vector, 1 / records)
    const names = counted(cluster.names, topics)
    clusters.put(nearest, { centroid, records, names, name: nameOf(names, records) })
  }
  return nearest
}

function nameOf([first]: Cluster['names'], records: number): string {
  if (first === undefined) return ''
  const [name, count] = first
  return count >= NAMED_RECORDS_MIN && count >= records * NAMED_SHARE ? name : ''
}

function counted(names: Cluster['names'], topics: readonly string[]): Cluster['names'] {
  if (topics.length === 0) return names
  const counts = new Map(names)
  for (const topic of topics) counts.set(topic, (counts.get(topic) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, NAMES_MAX)
}
