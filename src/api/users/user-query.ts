/** The query strings of the lists of users. */

import { z } from 'zod'
import { USER_ORDERS } from '../../model/user-field.ts'
import type { UserSort } from '../../store/users/user-search-store.ts'
import { fieldsQuery } from '../http/field-choice.ts'
import { flag, wholeNumber } from '../http/query-values.ts'

const DIRECTIONS: Readonly<Record<string, UserSort['direction']>> = { '1': 'asc', '-1': 'desc' }

const sort = z
  .string()
  .transform((text, problems): UserSort => {
    const [field, sign = '', ...rest] = text.split(':')
    const by = USER_ORDERS.find(order => order === field)
    const direction = Object.hasOwn(DIRECTIONS, sign) ? DIRECTIONS[sign] : undefined
    if (by && direction && rest.length === 0) return { by, direction }
    problems.addIssue(`must be a field and a direction, such as created_at:-1; fields are ${USER_ORDERS.join(', ')}`)
    return z.NEVER
  })
  .default({ by: 'created_at', direction: 'asc' })
  .meta({
    type: 'string',
    default: 'created_at:1',
    description: 'Order of the pages, such as `last_login:-1`; by creation when absent.',
  })

export const userListQuery = z.strictObject({
  page: wholeNumber(0, 999_999, 'Number of the page, from 0.').default(0),
  per_page: wholeNumber(0, 100, 'Users of a page; 50 when absent.').default(50),
  include_totals: flag('Whether the answer is an object with `start`, `limit`, `length`, `total`.').default(false),
  sort,
  connection: z.string().min(1).optional().meta({ description: 'Name of the connection that the users belong to.' }),
  ...fieldsQuery,
  q: z.string().optional().meta({ description: 'A query; see the reference of searching users.' }),
  search_engine: z
    .literal('v3', 'must be v3: it is the only engine')
    .optional()
    .meta({ description: 'The grammar of `q`.' }),
  primary_order: flag('Accepted for SDKs: every answer comes from the primary database.').optional(),
})

export type UserListQuery = z.output<typeof userListQuery>

export const usersByEmailQuery = z.strictObject({
  email: z.string().min(1).meta({ description: 'The whole address; the case of its letters does not matter.' }),
  ...fieldsQuery,
})
