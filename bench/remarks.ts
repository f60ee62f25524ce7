/**
 * What the figures of a benchmark teach, and the reason of each loss, for its page. Kept beside the code that
 * measures, so that who changes the one sees the other. No figures here: those are generated.
 */

const system = '**Cost**: the figures of one run wander by some percent with what ClickHouse and the garbage '
  + 'collector do meanwhile; a step that is cheaper than the one before it is such a wandering.'

/** Sentences by the name of the report. */
export const remarks: Readonly<Record<string, readonly string[]>> = {
  'keyed-counter': [
    '**Behind the floor**: the floor neither decides who may commit nor writes a counter. What lies '
    + 'between is the actor\'s turn, its packed cells, and one hash write per key that a batch touches.',
    '**Restate** pays a durable journal and an HTTP exchange per call, and has timers, workflows and calls '
    + 'between objects for it; a record here is a call there, since it has no batches per key.',
    '**Not the same promise**: BullMQ and Moleculer count twice when a job is tried again, and keep no order '
    + 'per key; the loop by hand and the JetStream consumer stop when their process does.',
  ],
  'hot-key-counter': [
    'One key is one partition, so one loop: commits are as large as they get, and each writes one counter. '
    + 'Sides that add up a batch per key (the loop by hand, JetStream) gain most from one key.',
  ],
  'cold-keys': [
    'Who follows the outbox looks every 20 ms, so half of that is in every figure; the sender, the follower '
    + 'of all eight partitions, the node and Redis share the cores.',
    'A cold key in the hot key\'s partition waits for the batch before it; in another it waits for the '
    + 'processor only.',
  ],
  ingest: [
    '**Behind bare WebSocket**: the gateway parses and checks each record by its schema, hashes its content '
    + 'so that the same again is known, asks the privacy ladder, and names a position for each.',
    '**Behind bare HTTP**: every request is authenticated, limited, checked and logged by itself, and its '
    + 'job is stored, so that it can be asked for. Who has many records sends them in batches.',
    '**Slower than Fastify with BullMQ** over HTTP, one record a request: two writes to Redis instead of one '
    + '(the record, the job), and what every request sets up so that it can be given up: a timer, an abort '
    + 'signal, the error it would answer, which are about a tenth of the gateway\'s time.',
    'The sender runs on the same cores and is in the processor time; full load keeps 32 messages unanswered '
    + 'on a connection, and its latency is not shown: it is what those windows make it.',
  ],
  reads: [
    'The lower bounds do less: the GET neither asks who may read nor makes JSON, and the scan and MiniSearch '
    + 'know one ranking each, have no records coming in, and share the processor with nobody.',
  ],
  actors: [
    '**Behind CAF and Erlang**: they are compiled, hand a message over by a pointer or a small copy, use '
    + 'both cores, and promise nothing once a message is lost with its process.',
    '**Behind XState**, whose send is a call of the receiver within the same stack: no turn of ours begins '
    + 'before the one that told it has ended, and each gets a context, a journal that can undo it, and an '
    + 'awaited microtask; that is what makes a failure between any two of them harmless.',
    'What ours pays for is not used here: no position to commit, no record to hand on. For state that must '
    + 'survive, see the keyed counter. The last column is of ping-pong.',
  ],
  'growth-persons': [system],
  'growth-records': [system,
    'A person with few records before is many persons here: the number of records is alike, so that the '
    + 'smaller steps are not just emptier systems.'],
  'growth-partitions': [
    'Each partition is a loop with a commit of its own; the more there are, the fewer records a commit has.',
  ],
  'growth-nodes': [
    'Nodes on one machine bring no speed; they show what it costs to divide the same records among more '
    + 'processes.',
  ],
  drain: ['The start of the node, with its leases, is in the figure; BullMQ\'s worker starts at once.'],
  restart: [
    'Nothing is loaded for a person before a record of theirs comes, so the node\'s part does not grow with '
    + 'the number of persons; Redis\' part does.',
  ],
  move: ['A partition is drained, released and taken; its records wait for that, the others do not.'],
}
