/**
 * The folder of real data that quality is measured on. Its README names the files and where they come from;
 * nothing of it is part of the project. Files are read when they are asked for.
 *
 * A file that is missing throws DataMissing: the metric is then reported as not measured.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** One turn of a conversation. */
export interface Turn {
  readonly id: string
  readonly speaker: string
  readonly text: string
  /** What is on the picture that was sent along; empty when there was none. */
  readonly caption: string
}

/** Turns of one day. */
export interface Session {
  readonly session: number
  /** Such as `1:56 pm on 8 May, 2023`. */
  readonly date_time: string
  readonly turns: readonly Turn[]
}

/** A question about a conversation. Categories: 1 multi-hop, 2 temporal, 3 open-domain, 4 single-hop. */
export interface Question {
  readonly question: string
  readonly answer: string | number
  readonly category: number
  /** Ids of the turns that answer it. */
  readonly evidence: readonly string[]
}

/** locomo.json. */
export interface Conversation {
  readonly id: string
  readonly speakers: readonly string[]
  readonly sessions: readonly Session[]
  readonly questions: readonly Question[]
}

/** preferences.json: the preference is what a good answer to the question must respect. */
export interface Preference {
  readonly topic: string
  readonly preference: string
  readonly question: string
}

/** Two sentences and how alike people find them, 0..5. */
export interface GradedPair {
  readonly first: string
  readonly second: string
  readonly grade: number
}

/** Two sentences, how related they are, 1..5, and what one says about the other. */
export interface EntailmentPair {
  readonly first: string
  readonly second: string
  readonly relatedness: number
  readonly judgment: 'ENTAILMENT' | 'NEUTRAL' | 'CONTRADICTION'
}

/** A text with the places of what is personal in it. */
export interface PersonalText {
  readonly full_text: string
  readonly spans: readonly {
    readonly entity_type: string
    readonly entity_value: string
    readonly start_position: number
    readonly end_position: number
  }[]
}

/** A file of the folder is not there. */
export class DataMissing extends Error {}

/** See the top of the file. */
export class DataFolder {
  constructor(readonly path: string) {}

  conversations(): Conversation[] {
    return JSON.parse(this.#text('locomo.json')) as Conversation[]
  }

  preferences(): Preference[] {
    return JSON.parse(this.#text('preferences.json')) as Preference[]
  }

  /** Lines of til.jsonl: the notes of one person, oldest first, in the file form (parseLine reads them). */
  notes(): string[] {
    return this.#text('til.jsonl').split('\n').filter(line => line !== '')
  }

  /** Lines of awesome.jsonl.gz: list entries of many persons, in the file form. */
  listEntries(): string[] {
    return this.#text('awesome.jsonl.gz').split('\n').filter(line => line !== '')
  }

  gradedPairs(part: 'train' | 'dev'): GradedPair[] {
    const rows = this.#rows(`sts-${part}.csv`)
    return rows.map(row => ({ first: row[5], second: row[6], grade: Number(row[4]) }))
  }

  /** By the names of the columns, whatever their order. */
  entailmentPairs(): EntailmentPair[] {
    const [names, ...rows] = this.#rows('sick-train.tsv')
    const at = (name: string): number => names.findIndex(known => known.toLowerCase() === name)
    const [first, second] = [at('sentence_a'), at('sentence_b')]
    const [relatedness, judgment] = [at('relatedness_score'), at('entailment_judgment')]
    return rows.map(row => ({ first: row[first], second: row[second], relatedness: Number(row[relatedness]),
      judgment: row[judgment] as EntailmentPair['judgment'] }))
  }

  personalTexts(): PersonalText[] {
    return JSON.parse(this.#text('pii.json')) as PersonalText[]
  }

  #rows(name: string): string[][] {
    return this.#text(name).split('\n').filter(line => line.trim() !== '')
      .map(line => line.split('\t').map(column => column.trim()))
  }

  #text(name: string): string {
    const path = join(this.path, name)
    if (!existsSync(path)) throw new DataMissing(`${name} is not in ${this.path}`)
    const bytes = readFileSync(path)
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  }
}
