import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { assertRefused, createTestApi, ISSUER, signToken, TENANT } from '../../../test/kit/management-api.ts'
import { numbered, numberOf, OTHER } from '../../../test/kit/tenant-log.ts'
import { systemRandom } from '../../base/random.ts'
import { createTenantLog } from '../../logs/record/record.ts'
import { ensureLogPartitions } from '../../store/logs/log-partitions.ts'

const COUNT = 120

describe('the log', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())

  await ensureLogPartitions(api.db)
  await api.db.insertInto('tenants').values({ tenant_id: OTHER, friendly_name: 'Other' }).execute()
  const log = createTenantLog({ db: api.db, random: systemRandom })
  const ids: string[] = []
  // Dates run against the order of the log, so that the two orders can be told apart.
  for (let n = 0; n < COUNT; n++) ids.push(await log.record(numbered(-n, { tenant_id: TENANT, details: { n } })))
  const foreign = await log.record(numbered(0, { tenant_id: OTHER }))

  const authorization = `Bearer ${await signToken({ scope: 'read:logs' })}`
  const get = (path: string) => api.call('GET', `/api/v2${path}`, undefined, { authorization })
  const numbersOf = (logs: Record<string, unknown>[]): number[] => logs.map(numberOf)
  const down = (from: number, to: number): number[] => Array.from({ length: from - to + 1 }, (_, i) => from - i)
  const up = (from: number, to: number): number[] => down(to, from).reverse()

  describe('by pages', () => {
    test('the newest events come first, fifty at a time', async () => {
      const { status, body } = await get('/logs')
      assert.equal(status, 200)
      assert.deepEqual(numbersOf(body), down(119, 70))
    })

    test('pages follow each other and end', async () => {
      assert.deepEqual(numbersOf((await get('/logs?page=1&per_page=40')).body), down(79, 40))
      assert.deepEqual(numbersOf((await get('/logs?page=2&per_page=50')).body), down(19, 0))
      assert.deepEqual((await get('/logs?page=3&per_page=50')).body, [])
      assert.deepEqual((await get('/logs?per_page=0')).body, [])
    })

    test('the order is that of the log or that of the dates, either way', async () => {
      const first = async (sort: string) => numbersOf((await get(`/logs?per_page=3&sort=${sort}`)).body)
      assert.deepEqual(await first('log_id:1'), [0, 1, 2])
      assert.deepEqual(await first('log_id:-1'), [119, 118, 117])
      assert.deepEqual(await first('date:1'), [119, 118, 117])
      assert.deepEqual(await first('date:-1'), [0, 1, 2])
    })

    test('another order is refused with the names of those that there are', async () => {
      for (const sort of ['user_id:1', 'date', 'date:2', 'date:1:1', 'date:desc', ':1', 'date:__proto__']) {
        const message = assertRefused(await get(`/logs?sort=${sort}`), 400, 'invalid_query_string')
        assert.match(message, /sort: must be date:1 or date:-1 or log_id:1 or log_id:-1/)
      }
    })

    test('with totals the page is an object', async () => {
      const { body } = await get('/logs?page=1&per_page=100&include_totals=true')
      assert.deepEqual({ ...body, logs: body.logs.length }, { start: 100, limit: 100, length: 20, total: 20, logs: 20 })
    })

    test('what the SDK always sends is answered as the SDK reads it', async () => {
      const { body } = await get('/logs?page=0&per_page=50&include_totals=true')
      assert.deepEqual([body.start, body.limit, body.length, body.logs.length], [0, 50, 50, 50])
    })

    test('`take` without `from` is the size of a page, and every other parameter means what it did', async () => {
      assert.deepEqual(numbersOf((await get('/logs?take=3')).body), [119, 118, 117])
      assert.deepEqual(numbersOf((await get('/logs?take=3&page=1&per_page=50')).body), [116, 115, 114])
      const found = await get('/logs?take=2&q=user_id:"auth0|-7"&sort=log_id:1&fields=type,log_id&include_totals=true')
      assert.deepEqual(found.body, {
        start: 0,
        limit: 2,
        length: 1,
        total: 1,
        logs: [{ type: 's', log_id: ids[7] }],
      })
      const rest = await get('/logs?take=1&search=user_id:"auth0|-7"&fields=details&include_fields=false')
      assert.deepEqual([rest.body.length, rest.body[0].log_id, 'details' in rest.body[0]], [1, ids[7], false])
      assert.equal(rest.headers.get('link'), null)
    })

    test('fields are picked or left out', async () => {
      const picked = await get('/logs?per_page=1&fields=type,log_id,nothing')
      assert.deepEqual(picked.body, [{ type: 's', log_id: ids.at(-1) }])
      const [rest] = (await get('/logs?per_page=1&fields=details,user_id&include_fields=false')).body
      assert.deepEqual(
        [rest.log_id, rest._id, 'details' in rest, 'user_id' in rest],
        [ids.at(-1), ids.at(-1), false, false],
      )
    })

    test('pages end at a thousand events, and the answer says how to read on', async () => {
      assert.equal((await get('/logs?page=9&per_page=100')).status, 200)
      for (const query of ['page=10&per_page=100', 'page=14&per_page=70', 'page=999999&per_page=1']) {
        const message = assertRefused(await get(`/logs?${query}`), 400, 'invalid_query_string')
        assert.match(message, /first 1000 events.*`from`, the id of an event, and `take`/)
      }
    })

    test('numbers and switches that are none are refused by name', async () => {
      for (const [query, name] of [
        ['page=-1', 'page'],
        ['page=1e1', 'page'],
        ['page=99999999999', 'page'],
        ['per_page=101', 'per_page'],
        ['per_page=', 'per_page'],
        ['include_totals=yes', 'include_totals'],
        ['include_fields=1', 'include_fields'],
        ['fields=a;b', 'fields'],
        ['take=0', 'take'],
        ['take=101', 'take'],
        ['colour=red', 'colour'],
      ]) {
        assert.match(assertRefused(await get(`/logs?${query}`), 400, 'invalid_query_string'), new RegExp(`${name}`))
      }
    })
  })

  describe('by position', () => {
    test('a reader who follows the links gets every event once, in the order of the log', async () => {
      const [oldest] = (await get('/logs?sort=log_id:1&take=1')).body
      const read = [numberOf(oldest)]
      for (let path = `/logs?take=50&from=${oldest.log_id}`; ; ) {
        const { body, headers } = await get(path)
        if (body.length === 0) break
        read.push(...numbersOf(body))
        const [, next] = /^<http:\/\/tenant\.test\/api\/v2(.+)>; rel="next"$/.exec(headers.get('link') ?? '') ?? []
        path = next ?? assert.fail('no link')
      }
      assert.deepEqual(read, up(0, COUNT - 1))
    })

    test('at the end the answer is empty and its link is the same address', async () => {
      const query = `from=${ids.at(-1)}&take=7`
      const { body, headers } = await get(`/logs?${query}`)
      assert.deepEqual(body, [])
      assert.equal(headers.get('link'), `<${ISSUER}api/v2/logs?${query}>; rel="next"`)
    })

    test('a position beats everything else that the query string holds', async () => {
      const { body } = await get(
        `/logs?from=${ids[9]}&page=3&per_page=1&include_totals=true&fields=type&q=x&sort=date:1`,
      )
      assert.deepEqual(numbersOf(body), up(10, 59))
      assert.equal(body[0].user_id, 'auth0|-10')
    })

    test('what is no log id, or one that the log has not reached, is refused', async () => {
      for (const from of ['', '42', 'x'.repeat(56), `${ids[0]}0`, '90020261399000000000'.padEnd(56, '0')]) {
        assert.match(assertRefused(await get(`/logs?from=${from}`), 400, 'invalid_query_string'), /from/)
      }
      const future = '90029991231235959999'.padEnd(56, '0')
      assert.match(assertRefused(await get(`/logs?from=${future}`), 400, 'invalid_cursor'), /from/)
    })

    test('a position before the oldest event that is kept reads from there', async () => {
      const { body } = await get(`/logs?from=${'90020010101000000000'.padEnd(56, '0')}&take=2`)
      assert.deepEqual(numbersOf(body), [0, 1])
    })
  })

  describe('one event', () => {
    test('is found by its id', async () => {
      const { status, body } = await get(`/logs/${ids[3]}`)
      assert.deepEqual([status, body.log_id, body._id, numberOf(body)], [200, ids[3], ids[3], 3])
    })

    test('is not found under any other, another tenant among them', async () => {
      for (const id of [foreign, '42', '%00', 'x'.repeat(500), '90029991231235959999'.padEnd(56, '0')]) {
        assert.equal(assertRefused(await get(`/logs/${id}`), 404, 'inexistent_log'), 'Log not found')
      }
    })
  })

  test('either scope of the log is enough and any other is not', async () => {
    const status = async (scope: string) => {
      const headers = { authorization: `Bearer ${await signToken({ scope })}` }
      return (await api.call('GET', '/api/v2/logs', undefined, headers)).status
    }
    assert.deepEqual(await Promise.all(['read:logs', 'read:logs_users', 'read:users'].map(status)), [200, 200, 403])
  })

  test('the description of the API names the parameters of the list', async () => {
    const { body } = await get('/openapi.json')
    const names = body.paths['/logs'].get.parameters.map((parameter: { name: string }) => parameter.name)
    const expected = 'page per_page sort fields include_fields include_totals q search from take'
    assert.deepEqual(names, expected.split(' '))
  })
})
