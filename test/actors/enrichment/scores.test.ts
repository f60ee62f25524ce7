/** Sentiment, complexity, sensitivity and quality: exact values from SPEC sections 2 and 3. */
import t from 'tap'
import { enrichBatch, type Enrichment } from '../../../actors/enrichment/index.js'

const enrich = (highlight: string, note = '', tag: readonly string[] = []): Enrichment =>
  enrichBatch([{ highlight, note, address: '', tag }])[0]
const words = (count: number): string => Array.from({ length: count }, () => 'plum').join(' ')
const tags = (count: number): string[] => Array.from({ length: count }, (_, i) => `tag${i}`)

t.test('sentiment', async t => {
  const cases = [
    ['I love this library, it is great!', 'positive'], ['This is awful and I hate it.', 'negative'],
      ['I do not like long meetings.', 'negative'],
    ['The function returns an error when the process is killed.', 'neutral'],
      ['I use it like this to share what I want.', 'neutral'], ['', 'neutral'],
  ]
  for (const [note, label] of cases) t.equal(enrich('x', note).semanticAnalysis.sentiment.label, label, note)
  const { score } = enrich('', 'Great, great, great!').semanticAnalysis.sentiment
  t.ok(score > 0.5 && score <= 1)
})

t.test('complexity level: more than 20 words per sentence high, more than 10 medium, else low', async t => {
  for (const [count, level, part] of [[10, 'low', 0.2], [11, 'medium', 0.4], [15, 'medium', 0.4],
    [16, 'medium', 0.6], [20, 'medium', 0.6],
    [21, 'high', 0.8]] as const) {
    const { semanticAnalysis, qualityParts } = enrich('', `${words(count)}.`)
    t.equal(semanticAnalysis.complexityLevel, level, `${count} words`)
    t.equal(qualityParts.complexity, part, `${count} words`)
  }
})

t.test('sensitivity: PII, then different sensitive words', async t => {
  for (const [note, level] of [['nothing here', 'public'], ['a password and another password', 'internal'],
    ['a secret token', 'internal'],
    ['passwords, secrets and tokens', 'confidential'], ['mail a@b.example', 'restricted'],
      ['a person in a privateer', 'public']] as const) {
    t.equal(enrich('x', note).sensitivity, level, note)
  }
})

t.test('masked texts exist only where they are needed', async t => {
  t.same(enrich('x', 'nothing').maskedNote, undefined)
  const restricted = enrich('call 212-555-0123', 'plain')
  t.same([restricted.maskedHighlight, restricted.maskedNote, restricted.piiKinds],
    ['call [PHONE]', 'plain', ['phone']])
  t.equal(enrich('x', 'personal, confidential, password: abcd1234').maskedNote,
    'personal, confidential, password: [SECRET]')
})

t.test('depth: words of highlight and note, and tags', async t => {
  for (const [highlight, note, tag, depth] of [[5, 10, 1, 0.3], [6, 11, 2, 0.6], [10, 20, 3, 0.6],
    [11, 21, 4, 0.9], [11, 51, 4, 1]] as const) {
    t.equal(enrich(words(highlight), words(note), tags(tag)).qualityParts.depth, depth,
      `${highlight}/${note}/${tag}`)
  }
})

t.test('information: .2 per cue, at most 1', async t => {
  t.equal(enrich('', 'Nothing of that kind, monkeys and keyboards').qualityParts.information, 0)
  t.equal(enrich('How to do it', 'Because it is important, because').qualityParts.information, 0.6)
  t.equal(enrich('', 'why because explain steps process important key').qualityParts.information, 1)
})

t.test('engagement: note words, tags and list structure', async t => {
  for (const [note, tag, engagement] of [[20, 2, 0.2], [21, 3, 0.4], [51, 6, 0.6], [101, 6, 0.8]] as const) {
    t.equal(enrich('x', words(note), tags(tag)).qualityParts.engagement, engagement, `${note}/${tag}`)
  }
  t.equal(enrich('x', '- plum\n- pear').qualityParts.engagement, 0.4)
})

t.test('code is not prose and a URL is not a word', async t => {
  const code = `\`\`\`\n${words(60)}\n\`\`\``
  t.equal(enrich('x', `${code}\nsee https://a.example/b-c-d-e-f-g-h-i-j-k-l`).qualityParts.depth, 0.3)
})
