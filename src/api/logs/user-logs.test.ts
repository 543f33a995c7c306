import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { ManagementClient } from 'auth0'
import { assertRefused, createTestApi, signToken, TENANT } from '../../../test/kit/management-api.ts'
import { numbered, numberOf, OTHER } from '../../../test/kit/tenant-log.ts'
import { systemRandom } from '../../base/random.ts'
import { createTenantLog } from '../../logs/record/record.ts'
import { ensureLogPartitions } from '../../store/logs/log-partitions.ts'

const ADA = 'auth0|ada'

describe('the log of a user', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())

  await ensureLogPartitions(api.db)
  await api.db.insertInto('tenants').values({ tenant_id: OTHER, friendly_name: 'Other' }).execute()
  const log = createTenantLog({ db: api.db, random: systemRandom })
  // Dates run against the order of the log, so that the two orders can be told apart.
  const record = (n: number, user_id: string, tenant_id = TENANT) =>
    log.record(numbered(-n, { tenant_id, user_id, details: { n } }))
  for (let n = 0; n < 12; n++) await record(n, n % 2 ? ADA : 'auth0|bob')
  await record(99, ADA, OTHER)

  const authorization = `Bearer ${await signToken({ scope: 'read:logs_users' })}`
  const get = (id: string, query: string, headers = { authorization }) =>
    api.call('GET', `/api/v2/users/${encodeURIComponent(id)}/logs?${query}`, undefined, headers)
  const numbersOf = (logs: Record<string, unknown>[]): number[] => logs.map(numberOf)

  test('has the events of this user and of no other, by date, the newest first', async () => {
    const { status, body } = await get(ADA, '')
    assert.equal(status, 200)
    assert.deepEqual(numbersOf(body), [1, 3, 5, 7, 9, 11])
    assert.deepEqual(numbersOf((await get(ADA, 'sort=date:1&per_page=2')).body), [11, 9])
    assert.deepEqual(numbersOf((await get(ADA, 'per_page=4&page=1')).body), [9, 11])
  })

  test('of a user that was never here is empty', async () => {
    for (const id of ['auth0|nobody', ' ', 'x'.repeat(1000), "' or 1=1 --"])
      assert.deepEqual((await get(id, '')).body, [])
  })

  test('with totals is the object that SDKs read', async () => {
    const { body } = await get(ADA, 'page=1&per_page=4&include_totals=true')
    assert.deepEqual([body.start, body.limit, body.length, body.total, numbersOf(body.logs)], [4, 4, 2, 2, [9, 11]])
  })

  test('refuses what it cannot serve, by name', async () => {
    for (const [query, name] of [
      ['per_page=0', 'per_page'],
      ['per_page=101', 'per_page'],
      ['page=-1', 'page'],
      ['sort=log_id:1', 'sort: must be date:1 or date:-1'],
      ['sort=date:1:1', 'sort'],
      ['include_totals=1', 'include_totals'],
      ['q=type:s%20AND', 'position 10'],
      ['from=1', 'from'],
    ] as const) {
      const message = assertRefused(await get(ADA, query), 400, 'invalid_query_string')
      assert.ok(message.includes(name), message)
    }
    assert.match(assertRefused(await get(ADA, 'page=10&per_page=100'), 400, 'invalid_query_string'), /ask `\/logs`/)
  })

  test('a search narrows the events of the user and reaches no others', async () => {
    const all = (await get(ADA, 'per_page=100')).body.map(numberOf)
    const some = (await get(ADA, `q=${encodeURIComponent(`NOT user_id:"${ADA}" OR type:s`)}&per_page=100`)).body
    assert.deepEqual(some.map(numberOf), all)
    assert.deepEqual((await get(ADA, 'q=type:zz')).body, [])
    assert.deepEqual((await get(ADA, 'search=type:zz')).body, [])
  })

  test('needs one of the scopes of the log', async () => {
    const status = async (scope: string) =>
      (await get(ADA, '', { authorization: `Bearer ${await signToken({ scope })}` })).status
    assert.deepEqual(await Promise.all(['read:logs', 'read:users'].map(status)), [200, 403])
  })

  test('the pages of the auth0 SDK come to an end', async () => {
    const client = new ManagementClient({
      domain: 'tenant.test',
      token: await signToken({ scope: 'read:logs_users' }),
      fetch: async (url, init) => {
        const { pathname, search } = new URL(String(url instanceof Request ? url.url : url))
        const { status, body } = await api.request(`${pathname}${search}`, init)
        return Response.json(body, { status })
      },
    })
    const numbers: number[] = []
    for await (const event of await client.users.logs.list(ADA, { per_page: 4 })) {
      numbers.push(numberOf(event as Record<string, unknown>)) // the SDK types what it knows of an event
    }
    assert.deepEqual(numbers, [1, 3, 5, 7, 9, 11])
  })
})
