/**
 * `npm run bench [name…]`: runs the benchmarks one after the other; each prints ratios against a peer or an aim. A number
 * behind a name says how much work it is: `npm run bench log-streams -- 1000000`.
 */

/** Name → what it measures, loaded when it runs. */
const BENCHMARKS: Record<string, { readonly about: string; load(): Promise<{ run(size?: number): Promise<void> }> }> = {
  actions: { about: 'an Action, warm, cold, in memory and beside an attack', load: () => import('./actions.ts') },
  decide: { about: 'one decision, against a bare loop and three other engines', load: () => import('./decide.ts') },
  login: {
    about: 'a full login with an active experiment, and with an Action, against one without',
    load: () => import('./login.ts'),
  },
  'log-ingest': { about: 'events per second into the tenant log', load: () => import('./log-ingest.ts') },
  'log-search': {
    about: 'the first page of a search, in a small log and a large one',
    load: () => import('./log-search.ts'),
  },
  'log-streams': { about: 'events per second from the log to a destination', load: () => import('./log-streams.ts') },
  'log-export': {
    about: 'events per second out of the log, by the command line',
    load: () => import('./log-export.ts'),
  },
  readers: {
    about: 'a login while twelve callers search the whole log, against one without them',
    load: () => import('./readers.ts'),
  },
  start: { about: 'from start to ready, and memory at rest', load: () => import('./start.ts') },
}

const isSize = (argument: string | undefined): argument is string => /^[1-9]\d{0,8}$/.test(argument ?? '')

/** Name → its number, if it has one. */
const wished = new Map(
  process.argv.slice(2).flatMap((name, index, all): [string, number | undefined][] => {
    const next = all[index + 1]
    return isSize(name) && index > 0 ? [] : [[name, isSize(next) ? Number(next) : undefined]]
  }),
)
const unknown = [...wished.keys()].filter(name => !Object.hasOwn(BENCHMARKS, name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(BENCHMARKS).join(', ')}.`)
  process.exitCode = 1
} else {
  for (const [name, { about, load }] of Object.entries(BENCHMARKS)) {
    if (wished.size > 0 && !wished.has(name)) continue
    console.log(`\n${name}: ${about}\n`)
    const { run } = await load()
    await run(wished.get(name))
  }
}
