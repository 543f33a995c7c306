/** Keyset pagination: pages in order of creation, and the opaque token that names where the next one begins. */

import { createHash } from 'node:crypto'
import { apiError } from '../../model/error-codes.ts'
import type { TenantId } from '../../model/ids.ts'

/** The last row of a page; the next page begins after it. */
export interface Position {
  readonly createdAt: Date
  readonly id: string
}

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Absent on the last page. */
  readonly next?: string
}

/** What a cursor belongs to: it is refused by any other list. */
export interface List {
  readonly tenantId: TenantId
  readonly name: string
}

const CHECKSUM_LENGTH = 8

/**
 * Eight characters that a copying error or a cursor of another list does not reproduce. This is no secret: a forged
 * cursor names a position in a list that its caller may read anyway, so it gives nothing away.
 */
const checksum = ({ tenantId, name }: List, position: string): string =>
  createHash('sha256').update(`${tenantId}\n${name}\n${position}`).digest('base64url').slice(0, CHECKSUM_LENGTH)

const encode = (list: List, { createdAt, id }: Position): string => {
  const position = `${createdAt.getTime()}.${id}`
  return Buffer.from(`${checksum(list, position)}.${position}`).toString('base64url')
}

/**
 * Reads a cursor that this list handed out.
 *
 * @throws `invalid_cursor` for anything else
 */
export const decodeCursor = (list: List, cursor: string): Position => {
  const [sum, time, id, ...rest] = Buffer.from(cursor, 'base64url').toString().split('.')
  const position = `${time}.${id}`
  if (!time || !id || rest.length > 0 || sum !== checksum(list, position)) {
    throw apiError('invalid_cursor', 'The value of `from` was not handed out by this list; start without it.')
  }
  return { createdAt: new Date(Number(time)), id }
}

/**
 * Cuts a page out of rows that were read with one more than asked for: the surplus row says that more follow.
 *
 * @param take most items of the page
 */
export const toPage = <Row, Item>(
  list: List,
  rows: readonly Row[],
  take: number,
  read: { readonly position: (row: Row) => Position; readonly item: (row: Row) => Item },
): Page<Item> => {
  const kept = rows.slice(0, take)
  const last = kept.at(-1)
  const items = kept.map(read.item)
  return rows.length > take && last !== undefined ? { items, next: encode(list, read.position(last)) } : { items }
}
