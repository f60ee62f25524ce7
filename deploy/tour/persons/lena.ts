/** Lena: builds payment back ends by day, bakes bread on Saturdays, trains for a half marathon. */
import { moment, page, type Life } from '../life.js'

/** Lena's eight weeks. */
export const lena: Life = {
  userId: 'lena',
  summary: 'a backend engineer who bakes bread and trains for a half marathon',
  hours: [6, 22],
  question: 'How do I stop the nightly payment job from blocking other queries in Postgres?',
  pages: [
    page('pg-notes.example/autovacuum', ['postgres', 'databases'], [
      'Autovacuum starts on a table when dead rows exceed a threshold plus a share of the table, ' +
        'twenty percent by default.',
      'A long transaction keeps every row version it might still see, so vacuum cannot remove them ' +
        'and the table bloats.',
      'Lower the scale factor per table: a share of a billion rows is far too many dead rows to wait for.',
      'Vacuum marks space as free for reuse; only a full rewrite gives it back to the operating system.',
    ], [
      'This is our ledger table exactly. It is three times the size it should be.',
      'Checked the dashboard: the nightly report holds a transaction open for forty minutes.',
      'Set the scale factor to one percent on the ledger and watch it for a week.',
      'Nice explanation to link in the runbook instead of my half page of folklore.',
      'Explained this to Piotr on a napkin today. Row versions are the part that nobody is taught.',
    ]),
    page('crumb-and-crust.example/starter', ['sourdough', 'baking'], [
      'A starter is ready when it doubles within four to six hours of feeding and a spoonful of it ' +
        'floats in water.',
      'Feeding one part starter with five parts flour slows it down enough to last through the night.',
      'Rye flour wakes a sluggish starter: it carries more wild yeast and more minerals than white flour.',
      'A grey liquid on top is alcohol; the starter is hungry, not dead.',
    ], [
      'Mine doubled in five hours at 24 degrees. It is alive again after the holiday.',
      'Switched to the one to five feeding before bed. No more alarm clock at two.',
      'The jar on top of the fridge is two degrees warmer than the shelf. That explains last week.',
      'Gave a spoonful to my neighbour, so there is a backup of the backup.',
      'Keep a rubber band on the jar. Measuring beats guessing, in the kitchen too.',
    ]),
    page('queues-in-practice.example/idempotency', ['queues', 'distributed systems'], [
      'An idempotency key turns at-least-once delivery into an effect that happens once, if key ' +
        'and effect commit together.',
      'Store the answer beside the key: a retry must get the first answer, not a second attempt.',
      'Exactly-once delivery is impossible; exactly-once effects are bookkeeping.',
      'Keys need an expiry longer than the longest retry, or a late retry becomes a new payment.',
    ], [
      'We keep the key in Redis and the payment in Postgres. Two commits, so one of them can be lost.',
      'Moved the key into the payments table with a unique index. The race is simply gone.',
      'Our partner bank retries for 72 hours and our keys lived for 24. That was the duplicate in May.',
      'Best sentence I have read this month, and it fits on a sticky note.',
      'Wrote a test that kills the process between the two writes. It failed on the first run.',
    ]),
    page('easy-miles.example/zone-two', ['running', 'training'], [
      'Most of a runner\'s weekly distance should be slow enough to hold a conversation.',
      'Easy running builds capillaries and mitochondria; running it faster adds fatigue, not adaptation.',
      'Raise the weekly distance by about a tenth and take an easier week every fourth one.',
      'Heart rate drifts upward in heat at the same pace, so run by effort in summer.',
    ], [
      'Ran the canal loop at 6:30 a kilometre and could talk all the way. It felt too slow and it ' +
        'was right.',
      'My easy runs were never easy. No wonder that Sundays hurt.',
      '38 kilometres this week, and the knee is quiet.',
      'Put the watch in the pocket and went by breath alone. A strange kind of freedom.',
      'Took the easier week seriously for once, and slept like a stone.',
    ]),
    page('pg-notes.example/lock-queue', ['postgres', 'locks'], [
      'ALTER TABLE waits behind running queries, and everything that comes later waits behind ALTER TABLE.',
      'Set lock_timeout before a migration so that it fails fast instead of stopping the whole table.',
      'Adding a column with a constant default no longer rewrites the table since version 11.',
      'CREATE INDEX CONCURRENTLY scans the table twice and must not run inside a transaction.',
    ], [
      'This took us down on Tuesday for nine minutes: one report, one migration, four hundred ' +
        'waiting connections.',
      'Every migration now begins with a lock timeout of two seconds and is retried by the deploy job.',
      'Added a lint rule for it, because people forget and rules do not.',
      'The part about the queue behind the waiting statement was new to everybody in the review.',
      'Drew the queue for the incident report. One picture replaced two paragraphs.',
    ]),
    page('traces.example/sampling', ['observability', 'tracing'], [
      'Head sampling decides before anything has happened, so it throws away most of the errors ' +
        'you wanted to see.',
      'Tail sampling keeps whole traces that were slow or failed, at the price of buffering all of ' +
        'them for a while.',
      'A span without the identifier of the customer answers no question that anyone asks at three ' +
        'in the morning.',
      'Exemplars connect a bucket of a latency histogram with one trace that fell into it.',
    ], [
      'We sample one percent at the head, and the failed payment was of course among the others.',
      'Tried it on staging: tail sampling with a buffer of thirty seconds costs us two gigabytes.',
      'Clicked from the p99 bucket straight into the slow trace. I will never go back.',
      'Added merchant and region to the root span. Support can now search on its own.',
      'Good argument for the budget meeting: we already pay for spans that nobody can use.',
    ]),
    page('crumb-and-crust.example/bulk-fermentation', ['sourdough', 'fermentation'], [
      'Bulk fermentation ends by volume and feel, not by the clock: about two thirds more volume ' +
        'and a domed edge.',
      'Dough at 26 degrees ferments roughly twice as fast as dough at 20.',
      'Higher hydration opens the crumb only if the gluten is strong enough to hold the gas.',
      'An aliquot jar, a spoonful of the same dough in a small glass, shows the rise without guessing.',
    ], [
      'Stopped at 70 percent rise and got the best ear so far.',
      'The aliquot jar is unit testing for dough.',
      'The kitchen was 20 degrees, so it took nine hours. The recipe said five.',
      'Went from 70 to 76 percent water. It spread like a pancake; strength first, water later.',
      'Wrote down temperature, time and rise for six loaves. The table already says more than the books.',
    ]),
    page('rust-by-the-fire.example/ownership', ['rust', 'programming'], [
      'A value has one owner; when the owner goes out of scope the value is dropped, without a collector.',
      'Either one mutable reference or any number of shared ones: data races are a compile error.',
      'Lifetimes name how long a borrow is valid; most of them can be left out because the rules ' +
        'infer them.',
      'Cloning to please the borrow checker is fine in a prototype and a smell in a hot loop.',
    ], [
      'Fought the borrow checker for an hour, and it was right about my iterator.',
      'Rewrote the statement parser as an exercise: 340 lines, no crash, eight times faster than ours.',
      'This would have caught the shared buffer bug from March before it was even built.',
      'Reads best with the compiler open. Change one line, read what it says, repeat.',
      'The chapter finally made lifetimes click: they describe, they do not extend.',
    ]),
    page('queues-in-practice.example/outbox', ['queues', 'postgres'], [
      'Write the event into an outbox table in the same transaction as the change, and relay it ' +
        'afterwards.',
      'The relay delivers at least once, so consumers must still recognise what they have seen.',
      'SKIP LOCKED lets several relays share one outbox without blocking each other.',
      'Delete relayed rows in batches by partition; a hot outbox table bloats within hours.',
    ], [
      'We publish after the commit and lose an event at every deploy. Here is the fix, and it is old.',
      'The prototype relays 4,000 events a second with two workers and SKIP LOCKED.',
      'Partitioned the outbox by hour, so that cleaning up is dropping a table.',
      'Compared it with change data capture: fewer moving parts, and it is ours.',
      'Showed the team how an event gets lost. Silence, then three new tickets.',
    ]),
    page('easy-miles.example/tempo', ['running', 'half marathon'], [
      'A tempo run is comfortably hard: a pace you could hold for about an hour.',
      'Long intervals at threshold with short rests give more time at the right effort than one ' +
        'continuous run.',
      'Practise eating on long runs; the stomach needs training like the legs.',
      'Taper for ten days before a half marathon: less distance, same intensity.',
    ], [
      'Three times ten minutes at 5:05. The third one was honest work.',
      'Half a banana at kilometre twelve works, gels do not.',
      'Booked the train for the race weekend, so now it is real.',
      'Eighteen kilometres on Sunday with the last five at race pace. A first.',
      'Legs heavy on Tuesday, light on Thursday. Write it down and trust the plan.',
    ]),
    page('slo-handbook.example/error-budget', ['observability', 'reliability'], [
      'An error budget turns reliability into something a team can spend: releases stop when it is ' +
        'used up.',
      'Alert on the rate at which the budget burns, not on every failed request.',
      'Two windows, a long one and a short one, keep an alert both quick and quiet.',
      'A target of 99.95 percent allows about twenty-two minutes of failure in a month.',
    ], [
      'We were paged 41 times last month and acted on three. Burn rate it is.',
      'Proposed 99.9 for statements and 99.95 for payments. Nobody objected, which worries me.',
      'The short window is what stops the pager after the problem is over.',
      'Replaced eleven alerts with two. First quiet night since February.',
      'The budget made the talk with product easy: it is their budget as well.',
    ]),
    page('crumb-and-crust.example/steam', ['sourdough', 'oven'], [
      'Steam in the first fifteen minutes keeps the skin soft so that the loaf can spring open.',
      'A heavy pot with a lid traps the dough\'s own moisture and replaces a professional oven.',
      'Score at a shallow angle, a centimetre deep, in one confident stroke.',
      'Take the lid off for the last twenty minutes; the crust browns only when it is dry.',
    ], [
      'The cast iron pot changed everything. Oven spring like in the pictures.',
      'Cut too deep and it collapsed sideways. Angle, not depth.',
      'Two ice cubes in the pot gave a blistered crust. Do it again.',
      'Burnt bottom again: a sheet of foil under the pot next Saturday.',
      'Took the loaf to the office and it was gone before stand-up.',
    ]),
    page('pg-notes.example/partial-indexes', ['postgres', 'indexes'], [
      'A partial index covers only the rows you ask for, such as the payments that are still pending.',
      'Column order in an index follows the query: equality first, then the range, then what is ' +
        'only returned.',
      'An index that is never used still costs every write; the statistics view tells which ones they are.',
      'EXPLAIN with BUFFERS shows how many pages were read, which is what you actually pay for.',
    ], [
      'The pending index went from 9 gigabytes to 40 megabytes. I had to look twice.',
      'Found seven unused indexes on the ledger and dropped them one release at a time.',
      'The nightly query went from 48 seconds to 300 milliseconds with the columns turned around.',
      'Always ask for buffers. Timings lie when the cache is warm.',
      'Good candidate for a lunch talk. Everyone knows indexes and hardly anyone reads plans.',
    ]),
    page('rust-by-the-fire.example/async', ['rust', 'async'], [
      'A future does nothing until it is polled; forgetting to await it is a silent no-op.',
      'Never block the runtime\'s threads: move file and CPU work to the blocking pool.',
      'Cancellation is dropping the future, so anything half done at an await point stays half done.',
      'Bounded channels are the simplest form of back pressure.',
    ], [
      'Cancellation safety is the part I would have got wrong in production.',
      'Ported the outbox relay for fun: the bounded channel did in one line what we do in sixty.',
      'The compiler warned me about the unused future. Our linter never did.',
      'Compared the memory under load: 40 megabytes against 600 for the old relay.',
      'Wrote a small timer by hand, only to see the polling with my own eyes.',
    ]),
    page('on-call-kitchen.example/postmortems', ['reliability', 'teamwork'], [
      'A good postmortem describes what made the mistake look reasonable at the time.',
      'List what went well too; that is where the next defence comes from.',
      'Action items without an owner and a date are wishes.',
      'Ask how the system allowed it, never who did it.',
    ], [
      'Led the review of the Tuesday outage with these four sentences on the board.',
      'We had nine action items and no owners. Down to three, with names.',
      'The new colleague spoke first, because nobody was looking for a culprit.',
      'What went well: the lint rule paid for itself on day three.',
      'Keep the timeline boring and exact. Drama hides causes.',
    ]),
    page('crumb-and-crust.example/flour', ['baking', 'flour'], [
      'Wholegrain flour drinks more water: add five to ten percent when you replace white flour.',
      'Protein is not strength by itself; freshness and the kind of wheat matter as much.',
      'Freshly milled flour ferments faster, because the bran brings enzymes and yeast along.',
      'Old wheat such as emmer tastes of nuts and tears easily, so bake it in a tin.',
    ], [
      'Thirty percent wholegrain and five more water. The taste I was looking for.',
      'The mill outside town sells stone-ground wheat for less than the supermarket brand.',
      'Emmer in a tin: plain looks, wonderful toast.',
      'Fermented an hour faster with the fresh flour. Good that the aliquot jar told me.',
      'The family voted: less rye, more seeds.',
    ]),
    page('queues-in-practice.example/back-pressure', ['queues', 'streaming'], [
      'A queue does not solve overload, it delays it; sooner or later something must say no.',
      'Credit tells the sender how much it may send, so that nothing has to be dropped on arrival.',
      'Measure the age of the oldest message: the length of a queue says little about how late you are.',
      'Shed load at the edge, where refusing is cheap and the caller still knows what to do.',
    ], [
      'Our retry storm in one sentence. Printed it.',
      'Replaced the length alert by an age alert and got it twelve minutes earlier.',
      'Credits per connection in the new ingest: the slow consumer no longer takes the others down.',
      'Said no at the gateway for the first time, and nothing bad happened.',
      'This belongs into the design document for the statement service.',
    ]),
    page('easy-miles.example/race-week', ['running', 'half marathon'], [
      'Start ten seconds a kilometre slower than the goal; the first three kilometres decide the ' +
        'last three.',
      'Nothing new on race day: not the shoes, not the breakfast, not the socks.',
      'Carbohydrates two days before the start matter more than the breakfast does.',
      'Sleep two nights before counts for more than the night before.',
    ], [
      'Laid everything out on the floor. Shoes with 180 kilometres on them.',
      'Plan: 5:25 to kilometre five, then look around, then work.',
      'My own bread before the race, of course. Tested it three times.',
      'The forecast says 14 degrees and a little wind from behind. No excuses.',
      'Repeat until Sunday: the first three decide the last three.',
    ]),
  ],
  moments: [
    moment(55, 'notes_app', ['work'],
      'I work at a payment company. I am a backend engineer on the ledger team.'),
    moment(54, 'my_chatbot', ['assistant'],
      'Please keep answers short. I prefer short answers with one example.'),
    moment(52, 'notes_app', ['running'], 'I want to run a half marathon under 2 hours by March.'),
    moment(49, 'notes_app', ['rust'],
      'I want to learn Rust well enough to rewrite the statement parser.'),
    moment(44, 'notes_app', ['tools'], 'I like writing services in Java. It is what the whole team knows.'),
    moment(40, 'notes_app', ['postgres', 'work'],
      'Plan for the ledger table:\n- lower the vacuum scale factor\n- drop the unused indexes\n- ' +
      'partition by month\n' +
      '- move the nightly report to the replica\nEach step alone, each with a number before and after.'),
    moment(33, 'notes_app', ['work'],
      'Our project deadline for the statement service is the last Friday of the quarter.'),
    moment(29, 'my_chatbot', ['assistant'],
      'Explain with code first. I prefer reading code over reading diagrams.'),
    moment(24, 'notes_app', ['values'],
      'I believe that boring technology is a kindness to the people on call.'),
    moment(18, 'notes_app', ['tools', 'rust'],
      'I no longer use Java for side projects, now it is Rust. I don\'t like writing services in Java.'),
    moment(12, 'notes_app', ['running'],
      'I want to run a half marathon under 1 hour 50 by March. Two hours has become too easy.'),
    moment(6, 'notes_app', ['sourdough'],
      'I plan to teach two colleagues how to bake a sourdough loaf.'),
    moment(2, 'notes_app', ['postgres', 'work'],
      'I need to move the nightly report to the replica before the next release.'),
    moment(0.004, 'browser_extension', ['postgres', 'locks'],
      'The nightly job still takes its lock too early. Try it in small batches tonight.',
      'Commit in batches of a thousand rows, so that no lock outlives a second.'),
  ],
}
