/** The table of formats: a further one is one file and one line here. */

import { csv } from './csv.ts'
import type { LogFormat } from './format.ts'
import { ndjson } from './ndjson.ts'
import { parquet } from './parquet.ts'

export const FORMATS = { ndjson, csv, parquet } as const satisfies Record<string, LogFormat>

export type FormatName = keyof typeof FORMATS

export const isFormatName = (text: string): text is FormatName => Object.hasOwn(FORMATS, text)
