/** Columns as the driver reads and writes them. */

import type { JSONColumnType } from 'kysely'

export type Timestamp = Date

/** Read as a value, written as JSON text. */
export type JsonColumn<Value extends object> = JSONColumnType<Value, string, string>
