import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { assertRefused, createTestApi, signToken, TENANT } from '../../../test/kit/management-api.ts'
import { numbered, numberOf, OTHER } from '../../../test/kit/tenant-log.ts'
import { systemRandom } from '../../base/random.ts'
import { createTenantLog } from '../../logs/record/record.ts'
import { ensureLogPartitions } from '../../store/logs/log-partitions.ts'

describe('search of the log', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())

  await ensureLogPartitions(api.db)
  await api.db.insertInto('tenants').values({ tenant_id: OTHER, friendly_name: 'Other' }).execute()
  const log = createTenantLog({ db: api.db, random: systemRandom })
  // Dates run against the order of the log, so that the two orders can be told apart.
  for (let n = 0; n < 10; n++) await log.record(numbered(-n, { tenant_id: TENANT, details: { n } }))
  const experiment = {
    experiment_id: 'exp_1',
    variation_id: 'var_1',
    is_control: true,
    allocation_strategy: 'percentage',
    assignment: 'auto',
  } as const
  const enriched = await log.record(numbered(1000, { tenant_id: TENANT, type: 'fp', experiment }))
  const foreign = await log.record(numbered(0, { tenant_id: OTHER }))

  const authorization = `Bearer ${await signToken({ scope: 'read:logs' })}`
  const find = (query: Record<string, string>) =>
    api.call('GET', `/api/v2/logs?${new URLSearchParams(query)}`, undefined, { authorization })
  const numbersOf = (logs: Record<string, unknown>[]): number[] => logs.map(numberOf)

  test('the experiment of an event can be searched for', async () => {
    for (const q of [
      'details.experiment.experiment_id:exp_1',
      'details.experiment.variation_id:"var_1" AND details.experiment.is_control:true',
      'type:f* AND details.experiment.experiment_id:*',
    ]) {
      const { body } = await find({ q })
      assert.deepEqual(
        body.map((found: { log_id: string }) => found.log_id),
        [enriched],
        q,
      )
    }
    assert.deepEqual((await find({ q: 'details.experiment.is_control:false' })).body, [])
  })

  test('what is found is sorted and paged, the newest date first', async () => {
    assert.deepEqual(numbersOf((await find({ q: 'type:s', per_page: '3' })).body), [0, 1, 2])
    assert.deepEqual(numbersOf((await find({ q: 'type:s', per_page: '3', page: '1' })).body), [3, 4, 5])
    assert.deepEqual(numbersOf((await find({ q: 'type:s', per_page: '3', sort: 'date:1' })).body), [9, 8, 7])
    assert.deepEqual(numbersOf((await find({ q: 'type:s', per_page: '3', sort: 'log_id:-1' })).body), [9, 8, 7])
  })

  test('the older parameter narrows the same list', async () => {
    const { body } = await find({ q: 'details.experiment.experiment_id:*', search: 'type:fp', include_totals: 'true' })
    assert.deepEqual([body.length, body.total], [1, 1])
    assert.deepEqual((await find({ search: 'type:s type:fp' })).body, [])
  })

  test('a query of one tenant never finds the events of another', async () => {
    assert.deepEqual((await find({ q: `log_id:${foreign}` })).body, [])
    assert.deepEqual(
      (await find({ q: `log_id:${foreign} OR NOT type:zz`, fields: 'log_id', per_page: '100' })).body.length,
      11,
    )
  })

  test('a query that cannot be read is refused with its position, one that is too long with 414', async () => {
    assert.match(assertRefused(await find({ q: 'type:s AND' }), 400, 'invalid_query_string'), /at position 10/)
    assert.match(assertRefused(await find({ q: 'user_email:x' }), 400, 'invalid_query_string'), /unknown field/)
    assertRefused(await find({ q: 'x'.repeat(2049) }), 414, 'query_too_long')
  })
})
