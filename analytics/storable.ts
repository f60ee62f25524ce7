/**
 * Values in the form that ClickHouse takes. A value that it refuses would stop the sink of a partition for
 * good.
 */

const anySurrogate = /[\ud800-\udfff]/
const loneSurrogate = /\p{Surrogate}/gu

/** The text with halves of surrogate pairs, which UTF-8 cannot express, replaced by U+FFFD. */
export function storableText(text: string): string {
  return anySurrogate.test(text) ? text.replace(loneSurrogate, '\ufffd') : text
}

/** A score with four digits, as it is in the state; what is not a number is 0. */
export function storableScore(score: number): number {
  return Number.isFinite(score) ? Math.round(score * 1e4) / 1e4 : 0
}
