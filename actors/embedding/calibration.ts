/**
 * From an embedder's raw cosine to the one scale that thresholds are written in: .7 merge, .8 update, .9
 * strengthen.
 *
 * On that scale s means what people mean: 5 s is the grade that people give to a pair of that cosine in the
 * STS benchmark (.9 ≈ the same but for details, .8 ≈ the same but for something, .7 ≈ roughly the same). The
 * knots are the isotonic fit of the benchmark's training pairs, measured once per embedder.
 *
 * C1 Monotone and piecewise linear; -1, 0 and 1 stay where they are.
 */

type Knot = readonly [cosine: number, scale: number]

const KNOTS: Readonly<Record<string, readonly Knot[]>> = {
  'static-hash': [
    [-1, -1], [0, 0], [0.25, 0.08], [0.4, 0.19], [0.5, 0.34], [0.58, 0.46], [0.67, 0.54], [0.75, 0.62],
    [0.82, 0.7], [0.91, 0.8], [0.95, 0.9], [1, 1],
  ],
  'use-lite': [
    [-1, -1], [0, 0], [0.27, 0.05], [0.42, 0.16], [0.52, 0.26], [0.59, 0.39], [0.65, 0.41], [0.69, 0.46],
    [0.73, 0.51], [0.76, 0.56], [0.79, 0.6], [0.81, 0.64], [0.83, 0.65], [0.86, 0.68], [0.89, 0.73],
    [0.92, 0.79], [0.96, 0.8], [1, 1],
  ],
}

/** Maps a raw cosine of the embedder `id` to the common scale, rounded to 1e-4. */
export function calibrate(cosine: number, id: string): number {
  const knots = KNOTS[id]
  if (knots === undefined) {
    throw new RangeError(`calibrate: expected one of ${Object.keys(KNOTS).join(', ')}, found ${id}`)
  }
  let [fromCosine, fromScale]: Knot = [-1, -1]
  for (const [toCosine, toScale] of knots) {
    if (cosine <= toCosine) {
      const share = toCosine === fromCosine ? 1 : (cosine - fromCosine) / (toCosine - fromCosine)
      return Math.round((fromScale + share * (toScale - fromScale)) * 1e4) / 1e4
    }
    fromCosine = toCosine
    fromScale = toScale
  }
  return 1
}
