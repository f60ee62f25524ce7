/** What the person's actor remembers. Readers (gateway, command line) use it through actors/psp/view.ts. */
import { indexedMap, list, map, table, value, type CellsOf, type MapCell } from '../../engine/index.js'
import type { StoredRecord } from '../record/index.js'
import type { Component } from '../psp/component.js'
import { ComponentIndex } from '../psp/component-index.js'
import type { Hint } from '../psp/hint.js'
import type { Profile } from '../psp/profile.js'
import { newProfile } from '../psp/profile.js'
import { newFocus, type Focus } from '../psp/focus.js'
import type { Topic } from '../psp/topic.js'
import { TopicIndex } from '../psp/topic-index.js'
import { BUFFER_MAX, type BufferedRecord } from '../psp/buffer.js'
import { HINTS_MAX } from '../psp/hint.js'
import type { AddressUse } from './attention.js'
import type { Cluster } from './clusters.js'
import type { CommandOutcome } from './commands.js'
import { RECENT_MAX, type RecentRecord } from './recent.js'
import { TagsByHash } from './vocabulary.js'

/** The cells. A record changes a handful of entries, whatever the size of the state. */
export const personState = {
  /** Counters of the person. */
  profile: value<Profile>(newProfile),
  /** The newest records, for novelty and attention. */
  recent: list<RecentRecord>({ max: RECENT_MAX }),
  /** Records of the last ten minutes, for the prompt. */
  buffer: list<BufferedRecord>({ max: BUFFER_MAX }),
  clusters: map<Cluster>(),
  /** `c1`, `c2` … in the order of creation. */
  components: indexedMap((components: MapCell<Component>) => new ComponentIndex(components)),
  /** By the key of their name. */
  topics: indexedMap((topics: MapCell<Topic>) => new TopicIndex(topics)),
  /** How the topics follow each other. */
  habits: value<Focus>(newFocus),
  /** Spelling of each tag, by its key. */
  tags: indexedMap((tags: MapCell<string>) => new TagsByHash(tags)),
  /** Statements that wait for a second record. */
  hints: list<Hint>({ max: HINTS_MAX }),
  /** By record id. */
  records: table<StoredRecord>(),
  /** By address key. */
  addresses: table<AddressUse>(),
  /** What became of commands, by their id. */
  commands: table<CommandOutcome>(),
}

/** The cells as a turn sees them. */
export type PersonCells = CellsOf<typeof personState>
