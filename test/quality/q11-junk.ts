/**
 * Q11: does what is no memory stay out of the memory? Interface texts that come again and again, and our own
 * prompt, fed back by an app that keeps everything.
 */
import { composePrompt } from '../../actors/psp/index.js'
import { lineOf } from './line.js'
import type { Context, Line, Metric } from './metric.js'
import { notesOf } from './note-stream.js'
import { KeptPerson, type RecordInput } from './pipeline.js'
import { splitsOf } from './splits.js'

/** Records of a person before the junk. */
const HISTORY = 200
/** How often each text comes. */
const REPEATS = 12
const ECHOES = 30
const minuteMs = 60_000

const boilerplate: readonly string[] = [
  'We use cookies to improve your experience. Accept all cookies', 'Sign up for our newsletter',
  'We value your privacy', 'By continuing you agree to our Terms of Service and Privacy Policy',
  'Subscribe to our newsletter and never miss an update', 'All rights reserved. Copyright 2024',
  'Share this article on Facebook, Twitter, LinkedIn', 'Please enable JavaScript to view this page',
  'Loading, please wait', 'Skip to main content', 'Log in to continue reading', 'Page not found. Error 404',
  'I would like to receive promotional emails', 'I agree to the terms and conditions', 'I am not a robot',
  'We are hiring! Join our team', 'Add to cart. Free shipping on orders over 50', 'Read more. Show less',
  'Forgot your password? Create an account', 'This site is protected by reCAPTCHA',
  'Advertisement. Scroll to continue', 'Download our app on the App Store and Google Play',
  'We have updated our privacy policy', 'We want to hear from you. Contact us',
    'Rate this page. Was it helpful?',
  'Your session has expired. Please log in again', 'We love our customers', 'We believe in great software',
  'New comment on your post. Reply. Mark as read', 'Edit. Delete. Reply. Forward. Archive',
  'Sent from my phone', 'Untitled document', 'Lorem ipsum dolor sit amet, consectetur adipiscing elit',
  'Table of contents. Previous. Next', 'Click here to unsubscribe from this list',
  'We need your consent to continue', 'You have 3 new notifications', 'Sponsored. Learn more',
  'Related articles. You may also like', 'Our mission is to organise the news of the world',
]

/** Junk. */
export const q11: Metric = {
  id: 'Q11',
  title: 'Junk',
  definition: `To the first ${HISTORY} notes of a person come ${boilerplate.length} interface texts, each `
    + `${REPEATS} times, as highlights of pages, as notes of an app, and as messages of a chat. Junk that `
    + 'reaches: the share of these records that are evidence of a component. Echo: the prompt, its lines, '
    + `and half of them are kept again ${ECHOES} times; growth is what components, evidence and weights they `
    + 'add. Split by text.',
  run: measure,
}

async function measure({ data, seed }: Context): Promise<Line[]> {
  const history = notesOf(data).slice(0, HISTORY)
  const splits = splitsOf(boilerplate, seed)
  const junk: Line[] = []
  for (const split of ['dev', 'test'] as const) {
    const texts = boilerplate.filter(text => splits.get(text) === split)
    const reached = await reachedBy(history, texts)
    junk.push(lineOf({ measure: 'junk that reaches the PSP', split, seed, ours: reached,
      target: { atMost: 0.01 } }))
  }
  const growth = await echoGrowth(history)
  return [...junk, lineOf({ measure: 'growth by echo', split: 'test', seed, ours: [growth], unit: 'count',
    target: { atMost: 0 } })]
}

/** Per junk record, 1 when it is evidence. */
async function reachedBy(history: readonly RecordInput[], texts: readonly string[]): Promise<number[]> {
  const person = await KeptPerson.begin(Date.parse(history[0].timestamp))
  await person.keep(history)
  const began = person.now
  const records = Array.from({ length: REPEATS }, (_, round) => texts.map((text, i): RecordInput => {
    const shared = { id: `junk-${round}-${i}`,
      timestamp: new Date(began + (round * texts.length + i) * minuteMs).toISOString() }
    switch (round % 3) {
      case 0: return { ...shared, source: 'browser_extension', highlight: text,
        address: `https://example.org/${i}/${round}` }
      case 1: return { ...shared, source: 'notes_app', note: text }
      default: return { ...shared, source: 'mail', highlight: text, note: text }
    }
  })).flat()
  await person.keep(records)
  const evidence = new Set(person.psp().components.flatMap(component => component.evidence))
  return records.map(({ id }) => Number(evidence.has(id)))
}

/** How many components, pieces of evidence and weights differ after the echoes. */
async function echoGrowth(history: readonly RecordInput[]): Promise<number> {
  const person = await KeptPerson.begin(Date.parse(history[0].timestamp))
  await person.keep(history)
  const before = knownOf(person)
  for (let i = 0; i < ECHOES; i += 1) {
    const { text } = composePrompt({ psp: person.psp(), knowledge: [] })
    const lines = text.split('\n').filter(line => line.startsWith('- '))
    const notes = [text, lines.join('\n'), lines.filter((_, at) => at % 2 === i % 2).join('\n')]
    const at = person.now + minuteMs
    await person.keep(notes.map((note, k) => ({ id: `echo-${i}-${k}`, note, source: 'my_assistant',
      timestamp: new Date(at).toISOString() })))
  }
  const after = knownOf(person)
  return [...after].filter(([id, known]) => before.get(id) !== known).length
}

function knownOf(person: KeptPerson): Map<string, string> {
  return new Map(person.psp().components.map(({ id, evidence, total_attention_weight: weight, confidence }) =>
    [id, JSON.stringify([evidence, weight, confidence])]))
}
