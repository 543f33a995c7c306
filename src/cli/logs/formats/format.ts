/** What a format of an export is. */

import type { LogEvent } from '../log-source.ts'

/** Turns events into a file, piece by piece. */
export interface LogEncoder {
  /** What can be written after these events; may be empty while a block is being filled. */
  add(events: readonly LogEvent[]): string | Uint8Array
  /** The rest of the file; nothing can be added after it. */
  end(): string | Uint8Array
}

export interface FormatOptions {
  /** CSV: leave cells as they are that a spreadsheet would take for formulas. */
  readonly isExact: boolean
}

export interface LogFormat {
  readonly doc: string
  /** Not for a terminal. */
  readonly isBinary: boolean
  createEncoder(options: FormatOptions): LogEncoder
}
