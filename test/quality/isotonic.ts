/**
 * A rising scale through points that scatter: isotonic regression (pool adjacent violators; Ayer et al. 1955)
 * over groups of equal size, joined by straight lines.
 *
 * I1 Knots rise in both numbers, begin with (-1, -1) and (0, 0) and end with (1, 1): rounded to 1e-2.
 */

/** A point of the scale. */
export interface Knot {
  readonly cosine: number
  readonly scale: number
}

const DIGITS = 100
const ENDS: readonly [Knot, Knot, Knot] = [
  { cosine: -1, scale: -1 }, { cosine: 0, scale: 0 }, { cosine: 1, scale: 1 },
]

/** At most `knotsMax` knots between the ends. */
export function isotonicKnots(points: readonly Knot[], knotsMax: number): Knot[] {
  const sorted = [...points].sort((a, b) => a.cosine - b.cosine || a.scale - b.scale)
  const inner: Knot[] = []
  for (const { cosine, scale } of pooled(groupsOf(sorted, knotsMax))) {
    const knot = { cosine: rounded(cosine), scale: rounded(scale) }
    const [below, above] = [inner.at(-1) ?? ENDS[1], ENDS[2]]
    const isRising = knot.cosine > below.cosine && knot.scale > below.scale
    if (isRising && knot.cosine < above.cosine && knot.scale < above.scale) inner.push(knot)
  }
  return [ENDS[0], ENDS[1], ...inner, ENDS[2]]
}

/** The scale at a cosine, between two knots on the line that joins them. */
export function scaleAt(knots: readonly Knot[], cosine: number): number {
  const at = Math.max(1, knots.findIndex(knot => cosine <= knot.cosine))
  const [from, to] = [knots[at - 1], knots[at]]
  return from.scale + (cosine - from.cosine) / (to.cosine - from.cosine) * (to.scale - from.scale)
}

interface Group extends Knot {
  readonly weight: number
}

/** Means of runs of equal length. */
function groupsOf(sorted: readonly Knot[], groups: number): Group[] {
  const size = Math.max(1, Math.ceil(sorted.length / groups))
  const found: Group[] = []
  for (let at = 0; at < sorted.length; at += size) {
    found.push(sorted.slice(at, at + size).map(point => ({ ...point, weight: 1 })).reduce(joined))
  }
  return found
}

/** Neighbours that fall are joined until none does. */
function pooled(groups: readonly Group[]): Group[] {
  const stack: Group[] = []
  for (const group of groups) {
    let top = group
    for (let below = stack.at(-1); below !== undefined && below.scale >= top.scale; below = stack.at(-1)) {
      top = joined(below, top)
      stack.pop()
    }
    stack.push(top)
  }
  return stack
}

function joined(a: Group, b: Group): Group {
  const weight = a.weight + b.weight
  const mean = (x: number, y: number): number => (x * a.weight + y * b.weight) / weight
  return { cosine: mean(a.cosine, b.cosine), scale: mean(a.scale, b.scale), weight }
}

function rounded(value: number): number {
  return Math.round(value * DIGITS) / DIGITS
}
