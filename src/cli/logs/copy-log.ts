/** Copies a stretch of the log into an output, from its beginning or from where an earlier attempt has saved. */

import { logIdTime, logPositionBefore } from '../../model/log-id.ts'
import type { ApiReader } from '../client/api-client.ts'
import { CliFailure } from '../terminal/cli-failure.ts'
import type { Output } from '../terminal/output.ts'
import type { ResumableOutput } from '../terminal/resumable-output.ts'
import { type ExportCheckpoint, type ExportSubject, readCheckpoint, writeCheckpoint } from './export-checkpoint.ts'
import type { ExportProgress } from './export-progress.ts'
import type { LogEncoder } from './formats/format.ts'
import { type LogSpan, loadNewest, loadOldest } from './log-source.ts'
import { readLog } from './read-log.ts'

/** What a kill may cost: so much is done again. */
const CHECKPOINT_MS = 500

export interface Bounds {
  readonly after: string | undefined
  readonly through: string | undefined
}

export interface Copy {
  readonly api: ApiReader
  readonly bounds: Bounds
  readonly query: string | undefined
  /** @param saved of an earlier encoder */
  readonly createEncoder: (saved?: Uint8Array) => LogEncoder
  readonly output: Output
  /** The same output when it can be gone on with, and what the export is of. */
  readonly resumable: { readonly output: ResumableOutput; readonly subject: ExportSubject } | undefined
  readonly progress: ExportProgress
  /** Tells the person at the terminal something. */
  readonly say: (sentence: string) => void
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

const dayOf = (logId: string): string => new Date(logIdTime(logId)).toISOString().slice(0, 10)

/** Events that are gone since the last attempt are missing in the export; their number is unknown. */
const warnOfGap = async ({ api, say }: Copy, { position, stretch }: ExportCheckpoint): Promise<void> => {
  if (position >= stretch.through) return
  const oldest = await loadOldest(api)
  if (oldest && dayOf(oldest.log_id) <= dayOf(position)) return
  const kept = oldest ? `keeps nothing from before ${dayOf(oldest.log_id)} any more` : 'keeps nothing any more'
  say(`The server ${kept}: what it had since ${position} is missing.`)
}

/** Without an encoder's state it is the beginning. */
type Start = Omit<ExportCheckpoint, 'encoder'> & { readonly encoder: Uint8Array | undefined }

const findStart = async (copy: Copy): Promise<Start | undefined> => {
  const { api, bounds, resumable, progress } = copy
  if (resumable?.output.saved !== undefined) {
    const checkpoint = readCheckpoint(resumable.output.saved, resumable.subject)
    await warnOfGap(copy, checkpoint)
    progress.resume(checkpoint.events, shareOf(checkpoint.stretch, checkpoint.position))
    return checkpoint
  }
  const stretch = await findStretch(api, bounds)
  return stretch && { stretch, position: stretch.after, events: 0, encoder: undefined }
}

const openEncoder = ({ createEncoder }: Copy, saved: Uint8Array | undefined): LogEncoder => {
  try {
    return createEncoder(saved)
  } catch (error) {
    if (!saved) throw error
    throw new CliFailure('The checkpoint of the export cannot be read; delete FILE.part.sqlite to begin anew.')
  }
}

/** Saves how far the copy has got, now and then. */
const createSaver = ({ resumable }: Copy, stretch: LogSpan, encoder: LogEncoder) => {
  // The first one at once, as it also says where the export ends.
  let savedAt = Number.NEGATIVE_INFINITY
  return async (position: string, events: number): Promise<void> => {
    if (!resumable || performance.now() - savedAt < CHECKPOINT_MS) return
    const saved = encoder.save()
    if (!saved) return
    await resumable.output.save(writeCheckpoint(resumable.subject, { stretch, position, events, encoder: saved }))
    savedAt = performance.now()
  }
}

/** Copies the log; a part of it is held at a time. The output is final when it settles. */
export const copyLog = async (copy: Copy): Promise<void> => {
  const { api, query, output, progress } = copy
  const start = await findStart(copy)
  const encoder = openEncoder(copy, start?.encoder)
  if (start) {
    const { stretch, position } = start
    const save = createSaver(copy, stretch, encoder)
    let { events } = start
    for await (const part of readLog(api, { after: position, through: stretch.through }, query)) {
      await output.write(encoder.add(part.events))
      events += part.events.length
      progress.advance(part.events.length, shareOf(stretch, part.position))
      await save(part.position, events)
    }
  }
  await output.write(encoder.end())
  await output.commit()
}
