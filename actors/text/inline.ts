/**
 * Inline Markdown of one block: code spans, links, images, tags of HTML, entities, emphasis, bare URLs.
 *
 * I1 Each call of `sink.word` gets two strings of the same length (see P1 in prose.ts).
 * I2 Every pattern has a bounded reach, so that time is linear: a mark that is never closed costs its reach,
 *    not the rest of the text.
 */

/** Where the words go: as they are printed, and as they are read. */
export interface InlineSink {
  word(shown: string, read: string): void
  code(text: string): void
}

const MARKS = new RegExp([
  /(?<ticks>`{1,3})(?<code>[^`]{1,400})\k<ticks>/u,
  /!\[(?<alt>[^\]]{0,200})\]\([^)]{0,500}\)/u,
  /\[(?<label>[^\][]{0,300})\](?:\([^()]{0,500}(?:\([^()]{0,100}\)[^()]{0,100})?\)|\[[^\]]{0,100}\])/u,
  /(?<url>\b(?:https?|ftp|file):\/\/[^\s<>"]{1,4096}|\bwww\.[^\s<>"]{1,4096})/u,
  /(?<tag><\/?[a-zA-Z!][^<>]{0,300}>)/u,
  /&(?<entity>amp|lt|gt|quot|apos|nbsp|#39);/u,
  /\\(?<escaped>[\\`*_{}[\]()#+\-.!|<>~])/u,
  /(?<marks>\*{1,3}(?=\S)|(?<=\S)\*{1,3}|~~|(?<![\p{L}\p{N}])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![\p{L}\p{N}]))/u,
].map(part => part.source).join('|'), 'gu')

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'', nbsp: ' ', '#39': '\'',
}

/** Reads one block and hands its words to the sink. */
export function readInline(text: string, sink: InlineSink): void {
  let at = 0
  for (const match of text.matchAll(MARKS)) {
    if (match.index > at) plain(text.slice(at, match.index), sink)
    mark(match.groups ?? {}, sink)
    at = match.index + match[0].length
  }
  if (at < text.length) plain(text.slice(at), sink)
}

function mark(groups: Record<string, string | undefined>, sink: InlineSink): void {
  const { code, alt, label, url, entity, escaped } = groups
  if (code !== undefined) {
    const text = code.trim()
    sink.word(text, ' '.repeat(text.length))
    sink.code(text)
  } else if (label !== undefined) readInline(label, sink)
  else if (alt !== undefined) plain(alt, sink)
  else if (url !== undefined) markUrl(url, sink)
  else if (entity !== undefined) plain(ENTITIES[entity] ?? ' ', sink)
  else if (escaped !== undefined) plain(escaped, sink)
}

/** A full stop or bracket after a URL ends the sentence, not the URL. */
function markUrl(url: string, sink: InlineSink): void {
  const end = url.length - (/[.,;:!?)\]'"]{1,8}$/.exec(url)?.[0].length ?? 0)
  sink.word(url.slice(0, end), ' '.repeat(end))
  if (end < url.length) plain(url.slice(end), sink)
}

function plain(text: string, sink: InlineSink): void {
  sink.word(text, text)
}
