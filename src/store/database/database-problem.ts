/** What an operator can mend of what goes wrong with a database, as sentences. */

import pg from 'pg'
import { StartupError } from '../../base/startup-error.ts'

/** Of a connection there may be several errors, one for each address of a host; those have no message in common. */
const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ')
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
}

const TIMEOUT_EXPIRED = 'timeout expired'

/** The database cannot be reached, does not take the user, or does not exist: all that a connection can fail of. */
export const unreachable = (error: unknown): StartupError => {
  const reason = reasonOf(error)
  const said = reason === TIMEOUT_EXPIRED ? 'it does not answer' : reason
  return new StartupError(`The database of DATABASE_URL cannot be used (${said}): start it, or correct the address.`)
}

/** Conditions of PostgreSQL that the operator's rights and settings are the reason for, by SQLSTATE. */
const OPERATORS: Readonly<Record<string, string>> = {
  '42501': 'give its user the right to create tables, as the owner of the database has it',
  '25006': 'set DATABASE_URL to the server that takes writes',
  '55P03': 'another server is changing its schema; try again when that one is ready',
}

/** The same for what a statement failed of; undefined for what is no matter of the operator's. */
export const refused = (error: unknown): StartupError | undefined => {
  const remedy = error instanceof pg.DatabaseError ? OPERATORS[error.code ?? ''] : undefined
  return remedy ? new StartupError(`The database refuses (${reasonOf(error)}): ${remedy}.`) : undefined
}
