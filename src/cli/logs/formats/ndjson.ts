/** NDJSON: the documents as the API returns them, one per line. */

import { toJsonLine } from '../json-line.ts'
import type { LogFormat } from './format.ts'

export const ndjson: LogFormat = {
  doc: 'the documents as the API returns them, one per line',
  isBinary: false,
  createEncoder: () => ({
    add: events => events.map(event => `${toJsonLine(event)}\n`).join(''),
    end: () => '',
    // Lines know nothing of each other.
    save: () => new Uint8Array(),
  }),
}
