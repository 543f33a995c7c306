/** `logs export`: a stretch of the log as a file, for notebooks and warehouses. */

import { logIdTime, logPositionBefore } from '../../model/log-id.ts'
import { type ApiReader, createApiClient } from '../api-client.ts'
import { CliFailure, EXIT } from '../cli-failure.ts'
import { CONNECTION_FLAGS, findConnection } from '../connection.ts'
import { type Flags, type Given, readFlags } from '../flags.ts'
import { type Output, openFileOutput, openStandardOutput } from '../output.ts'
import { createExportProgress, type ExportProgress } from './export-progress.ts'
import type { LogEncoder, LogFormat } from './formats/format.ts'
import { FORMATS, isFormatName } from './formats/index.ts'
import { checkQuery, type LogSpan, loadNewest, loadOldest } from './log-source.ts'
import { MOMENT_FORMS, toPosition } from './moment.ts'
import { readLog } from './read-log.ts'
import { SELECTION_FLAGS, toQuery } from './selection.ts'
import type { Subcommand, Terminal } from './subcommand.ts'

/** An export goes on when the server is back within so long. */
const PATIENCE_MS = 300_000

const FLAGS = {
  format: { takes: 'NAME', doc: `${Object.keys(FORMATS).join(', ')} (default ndjson)` },
  out: { takes: 'FILE', short: 'o', doc: 'where to write; appears when it is complete (default: standard output)' },
  ...SELECTION_FLAGS,
  from: { takes: 'MOMENT', doc: 'events written from then on (default: the oldest that is kept)' },
  to: { takes: 'MOMENT', doc: 'events written before then (default: the newest)' },
  exact: {
    doc: "CSV: no ' before cells that begin with = + - @, which keeps\nspreadsheets from running what strangers sent",
  },
  quiet: { doc: 'no progress bar' },
  ...CONNECTION_FLAGS,
} as const satisfies Flags

const NO_PROGRESS: ExportProgress = { advance() {}, finish() {} }

const readFormat = (name = 'ndjson'): LogFormat => {
  if (isFormatName(name)) return FORMATS[name]
  throw new CliFailure(`--format must be one of ${Object.keys(FORMATS).join(', ')}.`, EXIT.usage)
}

interface Bounds {
  readonly after: string | undefined
  readonly through: string | undefined
}

const readBounds = ({ from, to }: Given<typeof FLAGS>): Bounds => {
  const after = from === undefined ? undefined : toPosition(from, '--from')
  const through = to === undefined ? undefined : toPosition(to, '--to')
  if (after !== undefined && through !== undefined && after >= through) {
    throw new CliFailure('--from must be before --to.', EXIT.usage)
  }
  return { after, through }
}

/** What of the log lies between the bounds now; undefined when nothing does. An export ends, even while events come. */
const findStretch = async (api: ApiReader, { after, through }: Bounds): Promise<LogSpan | undefined> => {
  const [newest] = await loadNewest(api, 1)
  const oldest = await loadOldest(api)
  if (!newest || !oldest) return undefined
  const start = logPositionBefore(logIdTime(oldest.log_id))
  const stretch = {
    after: after === undefined || after < start ? start : after,
    through: through === undefined || through > newest.log_id ? newest.log_id : through,
  }
  return stretch.after < stretch.through ? stretch : undefined
}

const shareOf = ({ after, through }: LogSpan, position: string): number => {
  const start = logIdTime(after)
  return (logIdTime(position) - start) / Math.max(1, logIdTime(through) - start)
}

interface Copy {
  readonly api: ApiReader
  readonly bounds: Bounds
  readonly query: string | undefined
  readonly encoder: LogEncoder
  readonly output: Output
  readonly progress: ExportProgress
}

/** Holds a part of the log at a time; answers how many events there were. */
const copyLog = async ({ api, bounds, query, encoder, output, progress }: Copy): Promise<number> => {
  const stretch = await findStretch(api, bounds)
  let count = 0
  if (stretch) {
    for await (const { events, position } of readLog(api, stretch, query)) {
      await output.write(encoder.add(events))
      count += events.length
      progress.advance(events.length, shareOf(stretch, position))
    }
  }
  await output.write(encoder.end())
  await output.commit()
  return count
}

const openOutput = async (format: LogFormat, out: string | undefined, { stdout }: Terminal): Promise<Output> => {
  if (out !== undefined && out !== '-') return await openFileOutput(out)
  if (format.isBinary && stdout.isTTY) {
    throw new CliFailure('This format is not for a terminal: name a file with --out.', EXIT.usage)
  }
  return openStandardOutput(stdout)
}

const run = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const given = readFlags(FLAGS, args)
  const format = readFormat(given.format)
  const bounds = readBounds(given)
  const query = toQuery(given)
  const { signal, stderr } = terminal
  const progress = given.quiet ? NO_PROGRESS : createExportProgress(stderr, () => performance.now())
  const api = createApiClient(await findConnection(given, terminal.environment), {
    signal,
    patienceMs: PATIENCE_MS,
    onTrouble: reason => stderr.write(`\n${reason}; trying again.\n`),
    onRecovery: () => stderr.write('Connected again.\n'),
  })
  const output = await openOutput(format, given.out, terminal)
  try {
    if (given.query?.trim()) await checkQuery(api, given.query)
    const encoder = format.createEncoder({ isExact: given.exact === true })
    await copyLog({ api, bounds, query, encoder, output, progress })
    progress.finish()
    return EXIT.ok
  } catch (error) {
    await output.discard()
    if (signal.aborted) return EXIT.interrupted
    throw error
  }
}

export const exportLogs: Subcommand = {
  summary: 'write events to a file as NDJSON, CSV or Parquet',
  flags: FLAGS,
  note: `Formats:
${Object.entries(FORMATS)
  .map(([name, { doc }]) => `  ${name.padEnd(8)} ${doc}`)
  .join('\n')}
A MOMENT is ${MOMENT_FORMS},
or the id of an event: --from then begins behind it, --to ends with it. Columns: docs/reference/log-export.md.
Ends with 0; 1 when the server refuses or stays away; 2 for arguments that cannot be read; 130 when interrupted.
Unless it ends with 0, there is no new FILE, and an old one is as it was.`,
  run,
}
