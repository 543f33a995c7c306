/** What a format of an export is. */

import type { LogEvent } from '../log-source.ts'

/** Turns events into a file, piece by piece. */
export interface LogEncoder {
  /** What can be written after these events; may be empty while a block is being filled. */
  add(events: readonly LogEvent[]): string | Uint8Array
  /** The rest of the file; nothing can be added after it. */
  end(): string | Uint8Array
  /**
   * What another encoder needs to go on behind all that was added so far; undefined while some of it is held back, so that
   * a file that was cut off here would lack it.
   */
  save(): Uint8Array | undefined
}

export interface FormatOptions {
  /** CSV: leave cells as they are that a spreadsheet would take for formulas. */
  readonly isExact: boolean
}

export interface LogFormat {
  readonly doc: string
  /** Not for a terminal. */
  readonly isBinary: boolean
  /**
   * @param saved what an earlier encoder saved, to go on where it was
   * @throws RangeError when it was saved by something else
   */
  createEncoder(options: FormatOptions, saved?: Uint8Array): LogEncoder
}
