/** Which metrics of an expression the gateway does not have. */
import { Metrics } from '../../../gateway/metrics.js'

/** Names in the expression that no line of /metrics has. */
export async function unknownMetrics(expression: string): Promise<string[]> {
  const text = await new Metrics('hinata', () => 0).text({ lags: [], nodes: [], problems: [] })
  const known = new Set([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name, type]) =>
    (type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name])))
  return [...expression.matchAll(/\bhinata_\w+/g)].map(([name]) => name).filter(name => !known.has(name))
}
