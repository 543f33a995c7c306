/** How far an export has got: what the next attempt needs to go on, as text. */

import { isJsonObject, parseJson } from '../../base/json.ts'
import { isLogId } from '../../model/log-id.ts'
import { CliFailure, EXIT } from '../terminal/cli-failure.ts'
import type { LogSpan } from './log-source.ts'

/** What an export is of; a file that was begun with something else is not gone on with. */
export type ExportSubject = Readonly<Record<string, string | boolean | undefined>>

export interface ExportCheckpoint {
  /** All of what is exported; its end stays what it was, even though events have come since. */
  readonly stretch: LogSpan
  /** Everything up to this id is in the file. */
  readonly position: string
  readonly events: number
  /** What the encoder saved. */
  readonly encoder: Uint8Array
}

/** Names by which the flags are known, for those whose values differ. */
const differences = (one: ExportSubject, other: Readonly<Record<string, unknown>>): readonly string[] =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(name => one[name] !== other[name])

/** The text of a checkpoint. */
export const writeCheckpoint = (subject: ExportSubject, checkpoint: ExportCheckpoint): string =>
  JSON.stringify({ subject, ...checkpoint, encoder: Buffer.from(checkpoint.encoder).toString('base64') })

/**
 * Reads the text of a checkpoint.
 *
 * @throws CliFailure when it was made by an export of something else, or by something else
 */
export const readCheckpoint = (text: string, subject: ExportSubject): ExportCheckpoint => {
  const given = parseJson(text)
  const { subject: begun, stretch, position, events, encoder } = isJsonObject(given) ? given : {}
  if (
    !isJsonObject(begun) ||
    !isJsonObject(stretch) ||
    ![stretch.after, stretch.through, position].every(id => typeof id === 'string' && isLogId(id)) ||
    typeof events !== 'number' ||
    typeof encoder !== 'string'
  ) {
    throw new CliFailure('The checkpoint of the export cannot be read; delete FILE.part.sqlite to begin anew.')
  }
  const changed = differences(subject, begun).map(name => `--${name}`)
  if (changed.length > 0) {
    throw new CliFailure(
      `The export was begun with another ${changed.join(', ')}; give what was given then, or delete FILE.part.sqlite to begin anew.`,
      EXIT.usage,
    )
  }
  return {
    stretch: { after: String(stretch.after), through: String(stretch.through) },
    position: String(position),
    events,
    encoder: Buffer.from(encoder, 'base64'),
  }
}
