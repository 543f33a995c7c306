/** `logs export`: a stretch of the log as a file, for notebooks and warehouses. */

import { createApiClient } from '../client/api-client.ts'
import { CONNECTION_FLAGS, findConnection } from '../client/connection.ts'
import { CliFailure, EXIT } from '../terminal/cli-failure.ts'
import { type Flags, type Given, readFlags } from '../terminal/flags.ts'
import { type Output, openFileOutput, openStandardOutput } from '../terminal/output.ts'
import { openResumableOutput } from '../terminal/resumable-output.ts'
import { type Bounds, type Copy, copyLog } from './copy-log.ts'
import { createExportProgress, type ExportProgress } from './export-progress.ts'
import type { LogFormat } from './formats/format.ts'
import { FORMATS, isFormatName } from './formats/index.ts'
import { checkQuery } from './log-source.ts'
import { MOMENT_FORMS, toPosition } from './moment.ts'
import { SELECTION_FLAGS, toQuery } from './selection.ts'
import type { Subcommand, Terminal } from './subcommand.ts'

/** An export goes on when the server is back within so long. */
const PATIENCE_MS = 300_000

const FLAGS = {
  format: { takes: 'NAME', doc: `${Object.keys(FORMATS).join(', ')} (default ndjson)` },
  out: { takes: 'FILE', short: 'o', doc: 'where to write; appears when it is complete (default: standard output)' },
  resume: {
    doc: 'keep what an interruption leaves, as FILE.part, and go on\nfrom there when the same command is run again',
  },
  ...SELECTION_FLAGS,
  from: { takes: 'MOMENT', doc: 'events written from then on (default: the oldest that is kept)' },
  to: { takes: 'MOMENT', doc: 'events written before then (default: the newest)' },
  exact: {
    doc: "CSV: no ' before cells that begin with = + - @, which keeps\nspreadsheets from running what strangers sent",
  },
  quiet: { doc: 'no progress bar' },
  ...CONNECTION_FLAGS,
} as const satisfies Flags

const NO_PROGRESS: ExportProgress = { resume() {}, advance() {}, finish() {} }

const readFormat = (name = 'ndjson'): LogFormat => {
  if (isFormatName(name)) return FORMATS[name]
  throw new CliFailure(`--format must be one of ${Object.keys(FORMATS).join(', ')}.`, EXIT.usage)
}

const readBounds = ({ from, to }: Given<typeof FLAGS>): Bounds => {
  const after = from === undefined ? undefined : toPosition(from, '--from')
  const through = to === undefined ? undefined : toPosition(to, '--to')
  if (after !== undefined && through !== undefined && after >= through) {
    throw new CliFailure('--from must be before --to.', EXIT.usage)
  }
  return { after, through }
}

const openOutput = async (format: LogFormat, out: string | undefined, { stdout }: Terminal): Promise<Output> => {
  if (out !== undefined && out !== '-') return await openFileOutput(out)
  if (format.isBinary && stdout.isTTY) {
    throw new CliFailure('This format is not for a terminal: name a file with --out.', EXIT.usage)
  }
  return openStandardOutput(stdout)
}

type Outputs = Pick<Copy, 'output' | 'resumable'>

/** Undefined when an earlier attempt was as good as complete. */
const openOutputs = async (
  given: Given<typeof FLAGS>,
  format: LogFormat,
  url: string,
  terminal: Terminal,
): Promise<Outputs | undefined> => {
  const { out, query, types, from, to, exact } = given
  if (!given.resume) return { output: await openOutput(format, out, terminal), resumable: undefined }
  if (out === undefined || out === '-') throw new CliFailure('--resume needs a file: name it with --out.', EXIT.usage)
  const attempt = await openResumableOutput(out)
  if (attempt.kind === 'complete') return undefined
  const subject = { url, format: given.format ?? 'ndjson', query, types, from, to, exact }
  return { output: attempt.output, resumable: { output: attempt.output, subject } }
}

const run = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const given = readFlags(FLAGS, args)
  const format = readFormat(given.format)
  const bounds = readBounds(given)
  const query = toQuery(given)
  const { signal, stderr } = terminal
  const say = (sentence: string): unknown => stderr.write(`${sentence}\n`)
  const progress = given.quiet ? NO_PROGRESS : createExportProgress(stderr, () => performance.now())
  const connection = await findConnection(given, terminal.environment)
  const api = createApiClient(connection, {
    signal,
    patienceMs: PATIENCE_MS,
    onTrouble: reason => say(`\n${reason}; trying again.`),
    onRecovery: () => say('Connected again.'),
  })
  const outputs = await openOutputs(given, format, connection.url, terminal)
  if (!outputs) {
    say(`${given.out} is complete.`)
    return EXIT.ok
  }
  try {
    if (given.query?.trim()) await checkQuery(api, given.query)
    const createEncoder = (saved?: Uint8Array) => format.createEncoder({ isExact: given.exact === true }, saved)
    await copyLog({ api, bounds, query, createEncoder, ...outputs, progress, say })
    progress.finish()
    return EXIT.ok
  } catch (error) {
    await outputs.output.discard()
    if (outputs.resumable) say('\nThe same command goes on from what was saved.')
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
Unless it ends with 0, there is no new FILE, and an old one is as it was. With --resume, what was exported
is in FILE.part until then; its end is the newest event of the first attempt.`,
  run,
}
