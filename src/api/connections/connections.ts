/** `/connections`: where users come from, and what their logins offer. */

import { z } from 'zod'
import {
  countConnections,
  listConnections,
  listConnectionsAfter,
  loadConnection,
  replaceConnectionOptions,
} from '../../store/tenants/connection-administration.ts'
import type { ConnectionRecord } from '../../store/tenants/connection-store.ts'
import type { ApiContext } from '../http/api-context.ts'
import { chooseFields, type FieldChoice, fieldsQuery } from '../http/field-choice.ts'
import { idParams } from '../http/list-query.ts'
import { type Operation, operation } from '../http/operation.ts'
import { flag, wholeNumber } from '../http/query-values.ts'
import { connectionChangeSchema, toOptions } from './connection-body.ts'

const PATH = '/connections'
const tag = 'connections'

/** Every member can be left out by `fields`. */
const connectionSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    strategy: z.string(),
    options: z.record(z.string(), z.unknown()),
    realms: z.array(z.string()),
    is_domain_connection: z.boolean(),
  })
  .partial()
  .meta({ id: 'Connection' })

const connections = z.array(connectionSchema)

const listSchema = z.union([
  connections,
  z.strictObject({ start: z.int(), limit: z.int(), total: z.int(), connections }),
  z.strictObject({ next: z.string().optional(), connections }),
])

const DEFAULT_PER_PAGE = 50

const listQuery = z.strictObject({
  page: wholeNumber(0, 999_999, 'Number of the page, from 0.').default(0),
  per_page: wholeNumber(1, 100, `Connections of a page; ${DEFAULT_PER_PAGE} when absent.`).default(DEFAULT_PER_PAGE),
  include_totals: flag('Whether the answer is an object with `start`, `limit`, `total`.').default(false),
  from: z.string().min(1).optional().meta({ description: 'The `next` of the page before.' }),
  take: wholeNumber(1, 100, 'Connections after `from`, or from the first one.').optional(),
  strategy: z.string().min(1).optional().meta({ description: 'Only those of this strategy.' }),
  name: z.string().min(1).optional().meta({ description: 'Only the one of this name.' }),
  ...fieldsQuery,
})

const show = ({ id, name, strategy, options }: ConnectionRecord, choice: FieldChoice = {}) =>
  chooseFields({ id, name, strategy, options, realms: [name], is_domain_connection: false }, choice)

/** `from` and `take` beat the numbers, because SDKs send those in any case. */
const list = async (api: ApiContext, query: z.output<typeof listQuery>): Promise<object> => {
  const { page, per_page, include_totals, from, take, name, strategy } = query
  const filter = { name, strategy }
  if (from !== undefined || take !== undefined) {
    const { items, next } = await listConnectionsAfter(api.read, filter, { from, take: take ?? DEFAULT_PER_PAGE })
    return { connections: items.map(item => show(item, query)), ...(next !== undefined && { next }) }
  }
  const start = page * per_page
  const found = await listConnections(api.read, filter, { skip: start, take: per_page })
  const shown = found.map(connection => show(connection, query))
  if (!include_totals) return shown
  return { start, limit: per_page, total: await countConnections(api.read, filter), connections: shown }
}

export const connectionOperations: readonly Operation[] = [
  operation({
    id: 'get_connections',
    method: 'get',
    path: PATH,
    summary: 'List connections',
    tag,
    scopes: ['read:connections'],
    query: listQuery,
    success: { status: 200, schema: listSchema },
    errors: ['invalid_cursor'],
    run: (api, { query }) => list(api, query),
  }),
  operation({
    id: 'get_connections_by_id',
    method: 'get',
    path: `${PATH}/{id}`,
    summary: 'Get a connection',
    tag,
    scopes: ['read:connections'],
    params: idParams,
    query: z.strictObject(fieldsQuery),
    success: { status: 200, schema: connectionSchema },
    errors: ['inexistent_connection'],
    run: async (api, { params: { id }, query }) => show(await loadConnection(api.read, id), query),
  }),
  operation({
    id: 'patch_connections_by_id',
    method: 'patch',
    path: `${PATH}/{id}`,
    summary: 'Update a connection',
    tag,
    scopes: ['update:connections'],
    params: idParams,
    body: connectionChangeSchema,
    success: { status: 200, schema: connectionSchema },
    errors: ['inexistent_connection'],
    async run(api, { params: { id }, body }) {
      const connection = await loadConnection(api.read, id)
      const { options } = body
      if (options === undefined) return show(connection)
      return show(await api.write(write => replaceConnectionOptions(write, connection.id, toOptions(options))))
    },
  }),
]
