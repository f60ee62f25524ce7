/** Amara: studies biology in the third year, works in a café on weekends, plays chess badly and happily. */
import { moment, page, type Life } from '../life.js'

/** Amara's eight weeks. */
export const amara: Life = {
  userId: 'amara',
  summary: 'a biology student who counts seagrass and learns statistics',
  hours: [7, 23],
  question: 'Which statistical test should I use for my seagrass counts, and how do I explain it simply?',
  pages: [
    page('cellnotes.example/crispr', ['genetics', 'crispr'], [
      'Cas9 cuts where its guide RNA matches and a short motif, NGG, stands right beside the match.',
      'The cell repairs the cut in one of two ways: glue the ends and lose letters, or copy from a ' +
        'template.',
      'Off-target cuts happen where the guide matches almost; mismatches near the motif are ' +
        'tolerated least.',
      'Base editors change a single letter without cutting both strands.',
    ], [
      'Finally clear why the motif matters: without it the bacterium would cut its own memory.',
      'Draw both repair paths on one card, with the scissors in the middle.',
      'Asked in the seminar why base editors are gentler. The answer was on this page.',
      'The exam of last year had exactly this figure without labels.',
      'Explain it to Grandma: a search function with scissors.',
    ]),
    page('tidepool.example/seagrass', ['seagrass', 'ecology'], [
      'Seagrass meadows store carbon in their sediment for centuries, far longer than the leaves live.',
      'Shoot density is counted in quadrats of a quarter of a square metre, thrown at random, ' +
        'never placed.',
      'Fish nurseries follow the edges of a meadow as much as its area.',
      'Leaves covered by algae get less light; nutrients from rivers are often the reason.',
    ], [
      'Counted 31, 27 and 44 shoots today. My back knows every one of them.',
      'Random means random: I caught myself aiming the quadrat at the pretty patch.',
      'The bay near the river mouth is thinner, as the paper predicts.',
      'Ask Dr. Sousa whether we may reuse the transects of 2019.',
      'A meadow is not a lawn. That should be the first line of my report.',
    ]),
    page('stats-without-tears.example/p-values', ['statistics', 'p-values'], [
      'A p-value is how surprising the data would be if nothing were going on; it is not the ' +
        'chance of being wrong.',
      'A large p-value is no proof of no effect; it may only say that the sample is small.',
      'Report the size of the effect and its interval; the p-value alone answers a question nobody asked.',
      'Testing twenty things at five percent finds one by luck.',
    ], [
      'I said it wrong in the lab meeting and nobody noticed. That is the scary part.',
      'Rewrote my results paragraph: effect first, interval second, p last.',
      'The jelly bean example makes it stick.',
      'My sample is eighteen quadrats. No wonder that nothing is significant.',
      'Write this definition on the inside of the notebook cover.',
    ]),
    page('memory-garden.example/spaced-repetition', ['learning', 'memory'], [
      'Recalling something strengthens it more than reading it again, even when the recall fails.',
      'The best moment to review is just before you would have forgotten.',
      'A card should ask for one thing; long cards teach you to recognise their shape.',
      'Mixing topics feels harder than blocks and works better on the exam.',
    ], [
      'Twenty minutes of cards in the tram beats an evening of highlighters.',
      'Split the photosynthesis card into seven. All of them are easy now.',
      'I recognise cards by their smudges. Shuffle and rewrite.',
      'Mixed genetics with ecology today. Slower, and at the end clearer.',
      'Set the limit to fifteen new cards a day, or it eats the weekend.',
    ]),
    page('cellnotes.example/epigenetics', ['genetics', 'epigenetics'], [
      'Methyl groups on DNA silence a gene without changing a letter of it.',
      'Histone tails with acetyl groups loosen the packing, so that genes can be read.',
      'Most marks are erased in the early embryo; a few escape, and those are the interesting ones.',
      'Identical twins drift apart in their marks as they age.',
    ], [
      'Same book, different bookmarks. That is the sentence for the talk.',
      'Careful with the word inherited: most of it is erased.',
      'Made a table of mark, enzyme and effect. Eleven rows, all on the exam list.',
      'The twin study is from 2005, look for something newer.',
      'The lecture went too fast here. The figure of the histone tails saved me.',
    ]),
    page('rcamp.example/ggplot', ['statistics', 'r'], [
      'A plot is data mapped to aesthetics; layers are added with a plus and drawn in their order.',
      'Show the points, not only the mean: two groups with equal means can look nothing alike.',
      'Facets repeat one plot per group and make comparison a matter of looking.',
      'Set the theme once at the top of the script instead of in every figure.',
    ], [
      'Box plots hid that the river site has two clusters. Points show it at once.',
      'My first figure that needs no caption.',
      'One script from raw counts to the figure. Run it, wait, done.',
      'Colours that work for colour-blind readers: use viridis and stop choosing.',
      'Facet by site. It is what Dr. Sousa asked for in a single line.',
    ]),
    page('quiet-openings.example/endgames', ['chess', 'endgames'], [
      'With king and pawn against king, the side that takes the opposition decides the game.',
      'Rooks belong behind passed pawns, your own and the enemy\'s.',
      'Activate the king as soon as the queens are off.',
      'A bishop of the wrong colour cannot help its rook pawn to promote.',
    ], [
      'Lost a won endgame to Jonas because my king stayed at home.',
      'Opposition finally makes sense when I count the squares aloud.',
      'Three rook endgames this week, two draws that were lost on paper.',
      'Ten minutes of endgames before bed calm me more than any app.',
      'Rule for the café tournament: trade queens when ahead, then walk the king.',
    ]),
    page('tidepool.example/transects', ['fieldwork', 'seagrass'], [
      'Lay the tape along the depth gradient, so that the zones are crossed and not followed.',
      'Record the tide, the wind and the visibility with every count; they explain half of the scatter.',
      'Two observers should count the same quadrat at the start of each day to calibrate.',
      'Pencil and waterproof paper survive what tablets do not.',
    ], [
      'Jonas counts ten percent more than I do. Good that we checked on the first day.',
      'Visibility was two metres. Half of my outliers have a reason now.',
      'Packed two pencils and lost both. Tie them on.',
      'Four transects before the tide turned. New personal best.',
      'Cold hands write bad sevens. Read the numbers back aloud.',
    ]),
    page('stats-without-tears.example/counts', ['statistics', 'models'], [
      'Counts are not normal: their spread grows with their mean, and they cannot go below zero.',
      'A Poisson model is the first try for counts; if the spread is larger, use a negative binomial.',
      'Quadrats of one site resemble each other, so the site belongs into the model as a random effect.',
      'Many zeros may need a model of their own for being there at all.',
    ], [
      'My counts have twice the spread of their mean. Negative binomial it is.',
      'The site as a random effect: eighteen quadrats are really only six sites.',
      'Dr. Sousa nodded at the model. I did not expect to enjoy that so much.',
      'Plotted the residuals and the fan shape is gone.',
      'Explain in the report why we do not use a t-test. Two sentences, no formula.',
    ]),
    page('cafe-chem.example/espresso', ['coffee', 'cafe'], [
      'A shot that runs in under twenty seconds is sour: the water took acids and left the rest.',
      'Grind finer to slow the shot; change one thing at a time.',
      'Milk sweetens up to about sixty-five degrees and tastes of eggs beyond it.',
      'Fresh beans need a week of rest after roasting before they are steady.',
    ], [
      'Dialled in the new beans in four shots. The trick is to write them down.',
      'Sour at eighteen seconds, right at twenty-seven. Chemistry you can drink.',
      'Taught the new one to stop the steam by ear.',
      'Saturday queue to the door, and not one bad cappuccino.',
      'Same method as in the lab: one variable, then taste.',
    ]),
    page('cellnotes.example/photosynthesis', ['plants', 'photosynthesis'], [
      'Photosystem II takes electrons from water; the oxygen we breathe is its waste.',
      'Rubisco takes oxygen by mistake when it is hot, which costs the plant energy.',
      'C4 plants concentrate carbon dioxide around rubisco and waste less in the heat.',
      'Seagrasses use bicarbonate as well, because carbon dioxide is scarce in sea water.',
    ], [
      'The bicarbonate part links the lecture with my own meadow.',
      'Rubisco is slow and confused and runs the world.',
      'Drew the Z scheme from memory and got one arrow wrong.',
      'C4 against C3 as a table with four rows. Enough for the exam.',
      'Good question for the oral exam: why did nobody evolve a better rubisco?',
    ]),
    page('memory-garden.example/sleep', ['learning', 'sleep'], [
      'Sleep after learning moves memories from the hippocampus to the cortex.',
      'A short nap of twenty minutes restores attention; ninety minutes also helps memory.',
      'Caffeine halves in about five hours, so the afternoon cup is still there at midnight.',
      'The same hour of getting up matters more than the hour of going to bed.',
    ], [
      'No coffee after three on study days. Hard to keep when you work in a café.',
      'Napped twenty minutes before the statistics session. It worked too well not to repeat.',
      'Seven good nights before the genetics midterm. Best mark so far.',
      'Getting up at seven on Sundays as well. I complain, and it helps.',
      'Stop at ten: the last hour never stays anyway.',
    ]),
    page('rcamp.example/mixed-models', ['r', 'statistics'], [
      'A random intercept lets each site have its own level while all of them share one slope.',
      'Scale the predictors first; models converge better and the coefficients can be compared.',
      'Check the model by simulating from it and looking whether the real data would stand out.',
      'A warning about convergence is information: simplify before you silence it.',
    ], [
      'The simulated counts look like mine. I grinned at a histogram.',
      'Scaling the depth fixed the warning, as promised.',
      'One slope, six levels: say it like that in the thesis talk.',
      'Kept the maximal model and then simplified. The order matters, according to the course.',
      'Wrote the model down in words before the formula. It found my mistake.',
    ]),
    page('tidepool.example/climate', ['ecology', 'climate'], [
      'Marine heatwaves kill shoots faster than seedlings can return.',
      'Meadows with several genotypes recover sooner from heat than uniform ones.',
      'Warmer winters let grazers feed all year round.',
      'Restoration works best where the cause of the loss is already gone.',
    ], [
      'Genetic diversity as insurance: a bridge between my two favourite courses.',
      'Our logger shows 26 degrees in August. Two degrees above the long mean.',
      'Planting without cleaning the river first is gardening, not restoration.',
      'Good closing slide: fix the cause, then plant.',
      'Grazers in winter. I had not even thought of that.',
    ]),
    page('quiet-openings.example/italian', ['chess', 'openings'], [
      'In the Italian game both sides develop quickly and fight for the centre with small moves.',
      'Castle before opening the centre.',
      'Know the plans instead of twenty moves: where the pieces want to stand and which pawn breaks.',
      'The knight route d2, f1, g3 brings support to the king without hurrying.',
    ], [
      'Played it four times at the café. Nobody escaped into theory.',
      'Plans, not moves. The same as with exam cards.',
      'Castled late again, and lost again.',
      'The slow knight route felt silly and then won the game.',
      'Two pages of notes are enough for an opening at my level.',
    ]),
    page('write-science.example/reports', ['writing', 'science'], [
      'Put the finding into the title of the figure, not its subject.',
      'Methods are a recipe: another student must be able to cook it.',
      'One paragraph, one idea, stated in its first sentence.',
      'Cut the sentence that you are proud of and see whether anyone misses it.',
    ], [
      'Renamed all figures. Suddenly the discussion wrote itself.',
      'Gave the methods to Jonas, and he had four questions. Four fixes.',
      'First sentences alone now read like an abstract.',
      'Cut the whale paragraph. Nobody missed it, not even me.',
      'Due soon, and for once I am ahead.',
    ]),
    page('cellnotes.example/pcr', ['genetics', 'lab'], [
      'Primers should melt within two degrees of each other and end in G or C.',
      'A band in the negative control means that the whole plate is a story about contamination.',
      'Annealing too cold gives extra bands, too hot gives none.',
      'Thirty cycles are a billion copies in theory and far fewer in a real tube.',
    ], [
      'A band in the control. Threw everything away, bleached the bench and began again.',
      'A gradient from 54 to 62 degrees: 58 is clean.',
      'Label the lids and the sides. Lids get lost.',
      'First clean gel of my life, and I photographed it twice.',
      'Pipetting practice with coloured water is not silly at all.',
    ]),
    page('memory-garden.example/exam-plan', ['learning', 'exams'], [
      'Plan backwards from the exam: last week only old exams, the week before only weak topics.',
      'Explain each topic aloud to someone who may interrupt.',
      'Do an old exam under real time before you feel ready.',
      'Weak topics first in the morning, strong ones when you are tired.',
    ], [
      'First old exam: 61 percent. Now I know where the holes are.',
      'Explained epigenetics to my sister on the phone. She interrupted in the right place.',
      'Weak topics: regulation of transcription, and everything with membranes.',
      'Second old exam: 74 percent. The plan works.',
      'Hung the plan over the desk. Crossing out days is half of the fun.',
    ]),
  ],
  moments: [
    moment(55, 'notes_app', ['studies'],
      'I am a biology student in my third year. I work at a café on weekends.'),
    moment(53, 'notes_app', ['genetics'],
      'I want to pass the genetics exam with at least 80 percent by February.'),
    moment(50, 'my_chatbot', ['assistant'],
      'Please explain it in simple terms, without jargon. English is my third language.'),
    moment(47, 'notes_app', ['learning'], 'I like studying with highlighters and long summaries.'),
    moment(41, 'notes_app', ['statistics'],
      'I want to understand mixed models before the thesis talk.'),
    moment(36, 'notes_app', ['fieldwork'],
      'For the next field day:\n- quadrat and tape\n- two pencils, tied on\n- slates for both ' +
      'observers\n- thermometer\n' +
      '- dry socks\nMeet at the pier one hour before low tide, calibrate on the first quadrat, ' +
      'then work outwards.'),
    moment(30, 'my_chatbot', ['assistant', 'learning'],
      'I prefer pictures over formulas when something is new to me.'),
    moment(26, 'notes_app', ['learning'],
      'I no longer use highlighters, now it is flash cards. I don\'t like studying with ' +
      'highlighters and long summaries.'),
    moment(21, 'notes_app', ['values', 'ecology'],
      'I believe that a meadow nobody has counted is a meadow nobody will protect.'),
    moment(16, 'notes_app', ['studies'], 'I plan to apply for the summer school in marine ecology.'),
    moment(11, 'notes_app', ['chess'], 'I want to win one game in the café tournament.'),
    moment(7, 'notes_app', ['genetics'],
      'I want to pass the genetics exam with at least 90 percent by February. Eighty feels safe now.'),
    moment(3, 'notes_app', ['writing'],
      'I need to finish the methods section of the seagrass report this week.'),
    moment(0.005, 'reading_app', ['statistics', 'models'],
      'This is the sentence that I need for the report, almost word for word.',
      'With counts from a handful of sites, fit a negative binomial model and let each site have ' +
      'its own intercept.'),
  ],
}
