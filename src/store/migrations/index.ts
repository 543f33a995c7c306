/** The table of migrations, in the order in which they run. */

import * as initial from './0001-initial.ts'

export interface Migration {
  readonly name: string
  /** Statements in PostgreSQL's dialect; they run in one transaction. */
  readonly sql: string
}

export const MIGRATIONS: readonly Migration[] = [initial]
