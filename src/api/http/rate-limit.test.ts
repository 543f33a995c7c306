import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createDpopKey } from '../../../test/kit/dpop-key.ts'
import { assertRefused, createTestApi, ISSUER, signToken, type TestApi } from '../../../test/kit/management-api.ts'

const LIMIT = { burst: 5, secondsEach: 3_600 }
const NOW = Date.UTC(2026, 10, 30, 12, 0, 0)

describe('the rate limit of a client', () => {
  let api: TestApi
  let clients = 0

  before(async () => {
    api = await createTestApi({
      rateLimit: LIMIT,
      ipOf: request => request.headers.get('test-ip') ?? '203.0.113.7',
      clock: () => Math.max(NOW, Date.now()),
    })
  })

  after(() => api?.[Symbol.asyncDispose]())

  /** Headers of a client that was never here. */
  const newClient = async () => {
    clients += 1
    return {
      authorization: `Bearer ${await signToken({ claims: { azp: `client-${clients}`, sub: `client-${clients}@clients` } })}`,
    }
  }

  const limitsOf = (headers: Headers) => [headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')]

  test('is in the headers of every answer, refusals included', async () => {
    const headers = await newClient()
    const calls = [
      ['GET', '/segments', 200],
      ['GET', '/segments?take=many', 400],
      ['GET', '/segments/none', 404],
      ['GET', '/api/v2/nothing', 404],
      ['GET', '/api/v2/openapi.json', 200],
    ] as const
    for (const [index, [method, path, status]] of calls.entries()) {
      const answer = await api.call(method, path, undefined, headers)
      assert.equal(answer.status, status, path)
      assert.deepEqual(limitsOf(answer.headers), ['5', String(4 - index)], path)
      const reset = Number(answer.headers.get('x-ratelimit-reset'))
      const expected = Math.max(NOW, Date.now()) / 1_000 + 3_600 * (index + 1)
      assert.ok(Math.abs(reset - expected) < 120, `${reset} is not about ${expected}`)
    }
  })

  test('beyond it the answer is 429 with the time to wait, and nothing is done', async () => {
    const headers = await newClient()
    for (let i = 0; i < 5; i += 1) await api.call('GET', '/segments', undefined, headers)
    api.events.length = 0
    for (let i = 0; i < 3; i += 1) {
      const body = { name: 'Beyond', rules: [{ match: { country: ['DE'] } }] }
      const refused = await api.call('POST', '/segments', body, headers)
      assert.match(assertRefused(refused, 429, 'too_many_requests'), /retry after/)
      assert.deepEqual(limitsOf(refused.headers), ['5', '0'])
      const seconds = Number(refused.headers.get('retry-after'))
      assert.ok(seconds > 3_500 && seconds <= 3_600, `${seconds}`)
    }
    assert.equal((await api.db.selectFrom('segments').selectAll().where('name', '=', 'Beyond').execute()).length, 0)
    assert.deepEqual(
      api.events.map(({ type, client_id, details }) => ({ type, client_id, details })),
      [
        {
          type: 'api_limit',
          client_id: `client-${clients}`,
          details: {
            limit: { bucket: 'management-api', global: false, size: 5 },
            request: { method: 'POST', path: '/api/v2/experimentation/segments' },
          },
        },
      ],
      'said once',
    )
    assert.equal((await api.call('GET', '/segments', undefined, await newClient())).status, 200, 'another client')
  })

  test('a proof of a request beyond it is not used up, so nothing is written; a proof that was used counts', async () => {
    const key = await createDpopKey()
    const token = await signToken({ claims: { azp: 'with-a-key', cnf: { jkt: key.thumbprint } } })
    const path = '/api/v2/experimentation/segments'
    const get = (dpop: string) => api.request(path, { headers: { authorization: `DPoP ${token}`, dpop } })
    const prove = () => key.prove({ url: `${ISSUER}${path.slice(1)}`, token })
    const first = await prove()
    assert.equal((await get(first)).status, 200)
    for (let i = 0; i < 4; i += 1) {
      const answer = await get(first)
      assert.match(assertRefused(answer, 401, 'invalid_dpop_proof'), /used before/)
      assert.deepEqual(limitsOf(answer.headers), ['5', String(3 - i)])
    }
    const used = () => api.db.selectFrom('used_challenges').select('challenge_hash').execute()
    const before = await used()
    assert.equal(before.length, 1)
    for (let i = 0; i < 3; i += 1) assertRefused(await get(await prove()), 429, 'too_many_requests')
    assert.deepEqual(await used(), before)
  })

  test('requests without a good token count for their network, and for no client', async () => {
    const from = (ip: string) => ({ authorization: 'Bearer nonsense', 'test-ip': ip })
    for (let i = 0; i < 5; i += 1) {
      const answer = await api.call('GET', '/segments', undefined, from(`2001:db8::${i + 1}`))
      assertRefused(answer, 401, 'invalid_token')
      assert.deepEqual(limitsOf(answer.headers), ['5', String(4 - i)])
    }
    assertRefused(await api.call('GET', '/segments', undefined, from('2001:db8::99')), 429, 'too_many_requests')
    assertRefused(await api.call('GET', '/segments', undefined, from('2001:db8:0:1::1')), 401, 'invalid_token')
    const good = { ...(await newClient()), 'test-ip': '2001:db8::99' }
    assert.equal((await api.call('GET', '/segments', undefined, good)).status, 200)
  })

  test('can be switched off, and then there are no headers', async () => {
    await using unlimited = await createTestApi({ rateLimit: 'off' })
    for (let i = 0; i < 10; i += 1) {
      const { status, headers } = await unlimited.call('GET', '/segments')
      assert.deepEqual([status, headers.has('x-ratelimit-limit')], [200, false])
    }
  })
})
