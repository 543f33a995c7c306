import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createActiveFlag, createExperiment, createFlag, PARAMETERS } from '../../../test/kit/experimentation.ts'
import { assertRefused, createTestApi, signToken, TENANT } from '../../../test/kit/management-api.ts'
import { openDatabase } from '../../store/database/database.ts'

describe('what every operation goes through', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())

  test('a write leaves one event with request and answer; a read leaves none', async () => {
    const { body } = await api.call('POST', '/feature-flags', { name: 'Logged', parameters: PARAMETERS })
    const event = api.events.at(-1)
    assert.ok(event)
    assert.deepEqual(
      [event.tenant_id, event.type, event.description, event.client_id, event.client_name, event.ip, event.user_id],
      [TENANT, 'sapi', 'Create a feature flag', 'ci', 'CI', '203.0.113.7', undefined],
    )
    const { request, response } = event.details as { request: Record<string, unknown>; response: object }
    assert.deepEqual(
      [request.method, request.path, request.query, request.body],
      ['post', '/api/v2/experimentation/feature-flags', {}, { name: 'Logged', parameters: PARAMETERS }],
    )
    assert.deepEqual(response, { statusCode: 201, body })
    const before = api.events.length
    await api.call('GET', `/feature-flags/${body.id}`)
    assert.equal(api.events.length, before)
    await api.call('DELETE', `/feature-flags/${body.id}`)
    assert.deepEqual(api.events.at(-1)?.details?.response, { statusCode: 204 })
  })

  test('a refused write leaves no event, unless a part of it was done', async () => {
    const before = api.events.length
    assertRefused(await api.call('POST', '/feature-flags', { name: 'x' }), 400, 'invalid_body')
    assert.equal(api.events.length, before)
    const id = await createExperiment(api, await createActiveFlag(api), { allocations: undefined })
    assertRefused(
      await api.call('PATCH', `/experiments/${id}`, { name: 'Stays', status: 'active' }),
      400,
      'experiment_missing_allocations',
    )
    assert.match(JSON.stringify(api.events.at(-1)?.details), /"response":\{"statusCode":400,/)
  })

  test('secrets are redacted in what is logged, and nowhere else', async () => {
    const parameters = { password: { type: 'string', value: 'hush' } }
    const { body } = await api.call('POST', '/feature-flags', { name: 'Secretive', parameters })
    assert.deepEqual(body.parameters, parameters)
    assert.ok(!JSON.stringify(api.events.at(-1)).includes('hush'))
  })

  test('correlation and telemetry headers are kept within bounds; people are named, machines are not', async () => {
    const telemetry = { name: 'node-auth0', version: '7.6.0' }
    const token = await signToken({ claims: { sub: 'auth0|65f1c0ffee0ddba11cafe001' } })
    const headers = {
      authorization: `Bearer ${token}`,
      'x-correlation-id': 'c'.repeat(100),
      'auth0-client': Buffer.from(JSON.stringify(telemetry)).toString('base64url'),
      'user-agent': 'curl/8.5.0',
    }
    await api.call('POST', '/segments', { name: 'Correlated', rules: [{ match: { country: ['DE'] } }] }, headers)
    const event = api.events.at(-1)
    assert.deepEqual(
      [event?.references, event?.auth0_client, event?.user_id, event?.user_agent],
      [{ correlation_id: 'c'.repeat(64) }, telemetry, 'auth0|65f1c0ffee0ddba11cafe001', 'curl/8.5.0'],
    )
    for (const header of ['not base64!', Buffer.from('[1]').toString('base64url'), 'x'.repeat(10_000)]) {
      const body = { name: `Correlated ${header.length}`, rules: [{ match: { country: ['DE'] } }] }
      await api.call('POST', '/segments', body, { 'auth0-client': header })
      assert.equal(api.events.at(-1)?.auth0_client, undefined)
    }
  })

  test('each committed change is announced before its answer, and a refused one is not', async () => {
    const before = api.changes.length
    await createFlag(api)
    assert.equal(api.changes.length, before + 1)
    await api.call('POST', '/feature-flags', { name: 'Bad', parameters: { a: { type: 'string', value: 1 } } })
    assert.equal(api.changes.length, before + 1)
  })

  test('a path or method that no operation answers is not found, in the envelope', async () => {
    assertRefused(await api.call('GET', '/nothing'), 404, 'inexistent_route')
    assertRefused(await api.call('PUT', '/segments', {}), 404, 'inexistent_route')
    assertRefused(await api.call('DELETE', '/segments'), 404, 'inexistent_route')
    assertRefused(await api.call('GET', '/api/v2/'), 404, 'inexistent_route')
  })
})

describe('a server in trouble', () => {
  test('waits with its answer until this server decides by the change', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    await using api = await createTestApi({ afterConfigChange: () => promise })
    let isAnswered = false
    const answer = createFlag(api).then(() => {
      isAnswered = true
    })
    while ((await api.db.selectFrom('feature_flags').selectAll().execute()).length === 0);
    assert.ok(!isAnswered)
    resolve()
    await answer
  })

  test('does not acknowledge a change whose event could not be written', async () => {
    const failure = new Error('the log is away')
    await using api = await createTestApi({ log: { record: () => Promise.reject(failure) } })
    const answer = await api.call('POST', '/feature-flags', { name: 'Unlogged', parameters: PARAMETERS })
    assert.match(assertRefused(answer, 503, 'service_unavailable'), /change was made/)
    assert.deepEqual(api.errors, [failure])
    assert.equal((await api.call('GET', '/feature-flags')).body.feature_flags.length, 1)
  })

  test('says that the database is away, and that a retry makes sense', async () => {
    const nowhere = openDatabase({ connectionString: 'postgres://nobody@127.0.0.1:1/nothing' })
    await using api = await createTestApi({ db: nowhere.db })
    assertRefused(await api.call('GET', '/segments'), 503, 'service_unavailable')
    assertRefused(
      await api.call('POST', '/feature-flags', { name: 'Lost', parameters: PARAMETERS }),
      503,
      'service_unavailable',
    )
    assert.equal(api.errors.length, 2)
    assert.equal(api.events.length, 0)
    await nowhere.close()
  })

  test('tells the operator of a defect, and the caller nothing of it', async () => {
    const defect = new TypeError('private text')
    await using api = await createTestApi({
      verificationKeys: () => Promise.reject(defect),
    })
    const answer = await api.call('GET', '/segments')
    assertRefused(answer, 500, 'internal_error')
    assert.ok(!JSON.stringify(answer.body).includes('private'))
    assert.deepEqual(api.errors, [defect])
  })

  test('answers in the envelope even when the tenant cannot be found', async () => {
    await using api = await createTestApi({ tenantOf: () => Promise.reject(new Error('no tenant')) })
    assertRefused(await api.call('GET', '/segments'), 500, 'internal_error')
    assertRefused(await api.call('GET', '/api/v2/openapi.json'), 500, 'internal_error')
  })
})
