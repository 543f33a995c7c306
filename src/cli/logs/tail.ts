/** `logs tail`: the newest events, and those that come. */

import { logIdTime, logPositionBefore } from '../../model/log-id.ts'
import { type ApiReader, createApiClient } from '../client/api-client.ts'
import { CONNECTION_FLAGS, findConnection } from '../client/connection.ts'
import { pause } from '../client/pause.ts'
import { CliFailure, EXIT } from '../terminal/cli-failure.ts'
import { type Flags, readFlags } from '../terminal/flags.ts'
import { openStandardOutput } from '../terminal/output.ts'
import { paintAnsi, paintNothing, renderEvent } from './event-line.ts'
import { toJsonLine } from './json-line.ts'
import { checkQuery, type LogEvent, loadNewest, loadOldest } from './log-source.ts'
import { readLog } from './read-log.ts'
import { SELECTION_FLAGS, toQuery } from './selection.ts'
import type { Subcommand, Terminal } from './subcommand.ts'

const LINES = { default: 10, most: 100 } as const

/** How often the log is asked for what is new. */
const POLL_MS = 1_000

/** Patience without `--follow`; with it, there is no end to it. */
const PATIENCE_MS = 30_000

const FLAGS = {
  ...SELECTION_FLAGS,
  follow: { short: 'f', doc: 'go on with the events that come, until Ctrl-C' },
  lines: {
    takes: 'N',
    short: 'n',
    doc: `how many events to begin with (default ${LINES.default}, most ${LINES.most})`,
  },
  json: { doc: 'one JSON document per line; the default where the output is not a terminal' },
  ...CONNECTION_FLAGS,
} as const satisfies Flags

type Show = (events: readonly LogEvent[]) => Promise<void>

const readLines = (text: string | undefined): number => {
  const lines = text === undefined ? LINES.default : Number(/^\d{1,3}$/.test(text) ? text : Number.NaN)
  if (lines <= LINES.most) return lines
  throw new CliFailure(`--lines must be a number from 0 to ${LINES.most}.`, EXIT.usage)
}

/** https://no-color.org: any value but the empty one turns colours off. */
const chooseForm = ({ stdout, environment }: Terminal, isJson: boolean): ((event: LogEvent) => string) => {
  if (isJson || !stdout.isTTY) return toJsonLine
  const paint = environment.NO_COLOR || environment.TERM === 'dumb' ? paintNothing : paintAnsi
  return event => renderEvent(event, paint)
}

/** Shows everything between a position and the newest event; answers the position from which to go on. */
const showNew = async (
  api: ApiReader,
  after: string | undefined,
  query: string | undefined,
  show: Show,
): Promise<string | undefined> => {
  const [head] = await loadNewest(api, 1)
  if (!head || head.log_id === after) return after
  if (after !== undefined && head.log_id < after) {
    throw new CliFailure('The log ends before the last event that was shown: it is not the same log any more.')
  }
  const start = after ?? logPositionBefore(logIdTime(((await loadOldest(api)) ?? head).log_id))
  for await (const { events } of readLog(api, { after: start, through: head.log_id }, query)) await show(events)
  return head.log_id
}

const tailLog = async (
  api: ApiReader,
  { query, lines, isFollowing }: { query: string | undefined; lines: number; isFollowing: boolean },
  show: Show,
  signal: AbortSignal,
): Promise<void> => {
  // Where to go on is decided first, so that no event falls between the two.
  let position = (await loadNewest(api, 1))[0]?.log_id
  if (lines > 0 && position !== undefined) {
    await show(await loadNewest(api, lines, { through: position, ...(query !== undefined && { query }) }))
  }
  while (isFollowing) {
    await pause(POLL_MS, signal)
    position = await showNew(api, position, query, show)
  }
}

const run = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const given = readFlags(FLAGS, args)
  const query = toQuery(given)
  const lines = readLines(given.lines)
  const isFollowing = given.follow === true
  const { signal, stdout, stderr } = terminal
  const api = createApiClient(await findConnection(given, terminal.environment), {
    signal,
    patienceMs: isFollowing ? Number.POSITIVE_INFINITY : PATIENCE_MS,
    onTrouble: reason => stderr.write(`${reason}; trying again.\n`),
    onRecovery: () => stderr.write('Connected again.\n'),
  })
  const form = chooseForm(terminal, given.json === true)
  const output = openStandardOutput(stdout)
  const show: Show = async events => {
    if (events.length > 0) await output.write(events.map(event => `${form(event)}\n`).join(''))
  }
  try {
    if (given.query?.trim()) await checkQuery(api, given.query)
    await tailLog(api, { query, lines, isFollowing }, show, signal)
    return EXIT.ok
  } catch (error) {
    // Ctrl-C is how following ends.
    if (signal.aborted) return isFollowing ? EXIT.ok : EXIT.interrupted
    throw error
  }
}

export const tail: Subcommand = {
  summary: 'show the newest events, and those that come (--follow)',
  flags: FLAGS,
  note: `Colours are left out when NO_COLOR is set. A connection that is lost is made again, and no event is left out.
Ends with 0, also by Ctrl-C when following; 1 when the server refuses or stays away;
2 for arguments that cannot be read.`,
  run,
}
