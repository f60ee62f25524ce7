/** Example 6: a person corrects what is known about them, pins it, and removes what should not be known. */

/** What is answered about a component. */
interface Said {
  readonly status: string
  readonly component: { readonly id: string, readonly description: string } | null
}

/** Submits two statements, says something about what was learnt; answers what is known afterwards. */
export async function sayIt(url: string, appKey: string): Promise<string[]> {
  const headers = { authorization: `Bearer ${appKey}`, 'content-type': 'application/json' }
  const send = async (method: string, path: string, body: object): Promise<Said> =>
    await (await fetch(url + path, { method, headers, body: JSON.stringify(body) })).json() as Said
  const notes = ['I want to run 5 km every week.', 'I like spicy food.']
  await send('POST', '/api/hinata/submit', {
    user_id: 'hopper', processing_options: { wait_ms: 5_000 },
    hinata_batch: notes.map((note, i) =>
      ({ id: `said-${i}`, timestamp: new Date().toISOString(), source: 'notes_app', note })),
  })
  const known = await knownOf(url, headers)
  const idOf = (word: string): string => known.find(one => one.description.includes(word))!.id
  const [goal, taste] = [idOf('run'), idOf('spicy')]
  // #region say
  await send('PUT', `/api/psp/components/${goal}`, {
    user_id: 'hopper', description: 'Wants to run 8 km every week', pinned: true,
  })
  await send('POST', '/api/psp/feedback', { user_id: 'hopper', component_id: goal, rating: 5 })
  await fetch(`${url}/api/psp/components/${taste}?user_id=hopper`, { method: 'DELETE', headers })
  // #endregion
  return (await knownOf(url, headers)).map(({ description }) => description)
}

async function knownOf(
  url: string, headers: Readonly<Record<string, string>>,
): Promise<{ readonly id: string, readonly description: string }[]> {
  const answer = await fetch(`${url}/api/psp/current?user_id=hopper`, { headers })
  const { components } = await answer.json() as {
    components: Readonly<Record<string, { id: string, description: string }[]>>
  }
  return Object.values(components).flat()
}
