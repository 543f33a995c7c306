import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { type Answer, assertRefused, createTestApi, signToken, TENANT } from '../../../test/kit/management-api.ts'
import { systemRandom } from '../../base/random.ts'
import { createSecretBox } from '../../base/secret-box.ts'
import { SINKS, UNSUPPORTED_SINKS } from '../../logs/sinks/index.ts'
import { noteStreamError } from '../../store/logs/streams/log-stream-delivery.ts'

const SECRET = 'secret-that-nobody-may-read'

/** Settings per type: what is stated, and what is returned of it. */
const FORMS: Record<string, readonly [sink: object, shown: object]> = {
  http: [
    {
      httpEndpoint: `https://hooks.example.com/auth?token=${SECRET}`,
      httpContentType: 'application/json',
      httpContentFormat: 'JSONARRAY',
      httpAuthorization: `Bearer ${SECRET}`,
      httpCustomHeaders: [{ header: 'X-Key', value: SECRET }],
    },
    {
      httpEndpoint: 'https://hooks.example.com/auth?********',
      httpContentType: 'application/json',
      httpContentFormat: 'JSONARRAY',
      httpAuthorization: '********read',
      httpCustomHeaders: [{ header: 'X-Key', value: '********read' }],
    },
  ],
  datadog: [
    { datadogApiKey: SECRET, datadogRegion: 'us3' },
    { datadogApiKey: '********read', datadogRegion: 'us3' },
  ],
  splunk: [
    { splunkDomain: 'hec.example.com', splunkPort: '8088', splunkToken: SECRET, splunkSecure: true },
    { splunkDomain: 'hec.example.com', splunkPort: '8088', splunkToken: '********read', splunkSecure: true },
  ],
  sumo: [
    { sumoSourceAddress: `https://endpoint1.collection.sumologic.com/receiver/v1/http/${SECRET}` },
    { sumoSourceAddress: 'https://endpoint1.collection.sumologic.com/********' },
  ],
  segment: [{ segmentWriteKey: SECRET }, { segmentWriteKey: '********read' }],
  mixpanel: [
    {
      mixpanelRegion: 'eu',
      mixpanelProjectId: '123',
      mixpanelServiceAccountUsername: 'account',
      mixpanelServiceAccountPassword: SECRET,
    },
    {
      mixpanelRegion: 'eu',
      mixpanelProjectId: '123',
      mixpanelServiceAccountUsername: 'account',
      mixpanelServiceAccountPassword: '********read',
    },
  ],
  nats: [
    { natsUrl: 'tls://nats.example.com:4222', natsSubject: 'auth', natsToken: SECRET },
    { natsUrl: 'tls://nats.example.com:4222', natsSubject: 'auth', natsToken: '********read' },
  ],
  file: [{ fileName: 'auth.log' }, { fileName: 'auth.log' }],
}

describe('log streams', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())
  const scopes = ['read', 'create', 'update', 'delete'].map(verb => `${verb}:log_streams`).join(' ')
  const headers = { authorization: `Bearer ${await signToken({ scope: scopes })}` }
  const call = (method: string, path: string, body?: unknown) =>
    api.call(method, `/api/v2/log-streams${path}`, body, headers)
  const create = async (body: object): Promise<Answer['body']> => {
    const { status, body: stream } = await call('POST', '', body)
    assert.equal(status, 200, JSON.stringify(stream))
    return stream
  }
  const clean = () => api.db.deleteFrom('log_streams').execute()
  const http = { type: 'http', sink: { httpEndpoint: 'https://hooks.example.com' } }

  test('every type has its form here', () =>
    assert.deepEqual(Object.keys(FORMS).toSorted(), Object.keys(SINKS).toSorted()))

  for (const [type, [sink, shown]] of Object.entries(FORMS)) {
    test(`${type} is created, read, listed and deleted, and its secrets are never whole`, async () => {
      const expected = { name: 'mine', type, status: 'active', isPriority: true, filters: [], sink: shown }
      const { id, ...created } = await create({ name: 'mine', type, sink, isPriority: true })
      assert.match(id, /^lst_[1-9A-HJ-NP-Za-km-z]{22}$/)
      assert.deepEqual(created, expected)
      assert.deepEqual((await call('GET', `/${id}`)).body, { id, ...expected })
      assert.deepEqual((await call('GET', '')).body, [{ id, ...expected }])
      const stored = JSON.stringify(await api.db.selectFrom('log_streams').selectAll().execute())
      assert.ok(!stored.includes(SECRET), 'the database holds no secret in the open')
      assert.ok(!JSON.stringify(api.events).includes(SECRET), 'the tenant log holds no secret')
      assert.equal((await call('DELETE', `/${id}`)).status, 204)
      assert.equal((await call('DELETE', `/${id}`)).status, 204)
      assertRefused(await call('GET', `/${id}`), 404, 'inexistent_log_stream')
    })
  }

  test('what a caller leaves out has the default of the wire', async () => {
    const stream = await create(http)
    assert.partialDeepStrictEqual(stream, { name: 'http', status: 'active', isPriority: false, filters: [] })
    await clean()
  })

  test('a form cannot say what a stream needs, so it is refused', async () => {
    const answer = await api.call('POST', '/api/v2/log-streams', 'type=http', {
      ...headers,
      'content-type': 'application/x-www-form-urlencoded',
    })
    const message = assertRefused(answer, 415, 'unsupported_media_type')
    assert.equal(message, 'The body must be application/json.')
  })

  test('a change touches what it names, and secrets stay unless they are given', async () => {
    const filters = [{ type: 'category', name: 'auth.login.fail' }]
    const pii_config = { log_fields: ['email'], method: 'hash', algorithm: 'xxhash' }
    const { id, ...before } = await create({ type: 'http', sink: FORMS.http?.[0], filters, pii_config })
    assert.partialDeepStrictEqual(before, { filters, pii_config })
    const renamed = await call('PATCH', `/${id}`, { name: 'renamed', status: 'paused' })
    assert.deepEqual(renamed.body, { id, ...before, name: 'renamed', status: 'paused' })
    const moved = await call('PATCH', `/${id}`, {
      sink: { ...before.sink, httpEndpoint: 'https://hooks.example.com/other?********' },
    })
    assert.deepEqual(moved.body.sink, { ...before.sink, httpEndpoint: 'https://hooks.example.com/other?********' })
    const key = 'another-secret-of-more-than-twelve'
    const changed = await call('PATCH', `/${id}`, {
      sink: { httpEndpoint: 'https://x.example', httpAuthorization: key, httpCustomHeaders: [] },
    })
    assert.deepEqual(changed.body.sink, {
      httpEndpoint: 'https://x.example',
      httpAuthorization: '********elve',
      httpCustomHeaders: [],
    })
    await clean()
  })

  test('what hides personal data is taken away by null, and by nothing else', async () => {
    const pii_config = { log_fields: ['email'] }
    const { id } = await create({ ...http, pii_config })
    assert.deepEqual((await call('PATCH', `/${id}`, { name: 'x' })).body.pii_config, pii_config)
    assertRefused(await call('PATCH', `/${id}`, { pii_config: {} }), 400, 'invalid_body')
    assert.equal((await call('PATCH', `/${id}`, { pii_config: null })).body.pii_config, undefined)
    assert.equal((await call('GET', `/${id}`)).body.pii_config, undefined)
    assertRefused(await call('POST', '', { ...http, pii_config: null }), 400, 'invalid_body')
    await clean()
  })

  test('secrets do not follow a stream to another server', async () => {
    const { id, sink } = await create({ type: 'http', sink: FORMS.http?.[0] })
    for (const given of [{ httpEndpoint: 'https://evil.example' }, { ...sink, httpEndpoint: 'https://evil.example' }]) {
      const message = assertRefused(await call('PATCH', `/${id}`, { sink: given }), 400, 'log_stream_sink_mismatch')
      assert.match(message, /Give sink.httpAuthorization, sink.httpCustomHeaders again/)
    }
    await clean()
  })

  test("a query of the endpoint's stays for the server that it was given for, and no other", async () => {
    const { id, sink } = await create({
      type: 'http',
      sink: { httpEndpoint: `https://hooks.example.com/?t=${SECRET}` },
    })
    assert.deepEqual(sink, { httpEndpoint: 'https://hooks.example.com/?********' })
    assert.deepEqual((await call('PATCH', `/${id}`, { sink })).body.sink, sink)
    const elsewhere = { sink: { httpEndpoint: 'https://evil.example/?********' } }
    const message = assertRefused(await call('PATCH', `/${id}`, elsewhere), 400, 'log_stream_sink_mismatch')
    assert.match(message, /Give sink\.httpEndpoint again/)
    assert.partialDeepStrictEqual(api.events.at(-1)?.details, { request: { body: { sink } } })
    await clean()
  })

  test('segment and mixpanel are changed without repeating their secrets', async () => {
    const mixpanel = await create({ type: 'mixpanel', sink: FORMS.mixpanel?.[0] })
    const open = { mixpanelRegion: 'eu', mixpanelServiceAccountUsername: 'account' }
    const changed = await call('PATCH', `/${mixpanel.id}`, { sink: { ...open, mixpanelProjectId: '456' } })
    assert.deepEqual(changed.body.sink, { ...mixpanel.sink, mixpanelProjectId: '456' })
    const segment = await create({ type: 'segment', sink: FORMS.segment?.[0] })
    assert.deepEqual((await call('PATCH', `/${segment.id}`, { sink: {} })).body.sink, segment.sink)
    await clean()
  })

  test('type, start and unknown keys cannot be changed', async () => {
    const { id } = await create(http)
    for (const body of [{ type: 'segment' }, { startFrom: '2026-01-01' }, { surprise: 1 }]) {
      assertRefused(await call('PATCH', `/${id}`, body), 400, 'invalid_body')
    }
    const message = assertRefused(
      await call('PATCH', `/${id}`, { sink: { segmentWriteKey: 'x' } }),
      400,
      'log_stream_sink_mismatch',
    )
    assert.match(message, /httpEndpoint/)
    assertRefused(await call('PATCH', '/lst_unknown', { name: 'x' }), 404, 'inexistent_log_stream')
    await clean()
  })

  for (const [type, sentence] of Object.entries(UNSUPPORTED_SINKS)) {
    test(`${type} is refused with a sentence that says what to use instead`, async () => {
      const answer = await call('POST', '', { type, sink: { awsAccountId: '123456789012', awsRegion: 'eu-west-1' } })
      assert.equal(assertRefused(answer, 400, 'log_stream_type_unsupported'), sentence)
    })
  }

  const REFUSED: readonly (readonly [
    body: object,
    code: 'invalid_body' | 'log_stream_address_refused' | 'invalid_start_from',
    message: RegExp,
  ])[] = [
    [{ ...http, type: 'kafka' }, 'invalid_body', /must have a type: http, datadog/],
    [{ sink: http.sink }, 'invalid_body', /missing key type/],
    [{ ...http, sink: {} }, 'invalid_body', /sink\.httpEndpoint/],
    [{ ...http, sink: { ...http.sink, surprise: 1 } }, 'invalid_body', /unknown key sink\.surprise/],
    [{ ...http, status: 'paused' }, 'invalid_body', /unknown key status/],
    [{ ...http, filters: [{ type: 'category', name: 'auth.nothing' }] }, 'invalid_body', /filters\[0\]\.name/],
    [{ ...http, filters: [{ type: 'kind', name: 'other' }] }, 'invalid_body', /filters\[0\]\.type/],
    [{ ...http, pii_config: { log_fields: [] } }, 'invalid_body', /pii_config\.log_fields/],
    [{ ...http, pii_config: { log_fields: ['shoe_size'] } }, 'invalid_body', /pii_config\.log_fields\[0\]/],
    [{ ...http, pii_config: { log_fields: ['email'], method: 'rot13' } }, 'invalid_body', /pii_config\.method/],
    [{ ...http, startFrom: 'yesterday' }, 'invalid_body', /startFrom/],
    [{ ...http, startFrom: '2026-02-31T99:00:00Z' }, 'invalid_body', /startFrom/],
    ...['2026-02-30', '2026-02-30T00:00:00Z', '2026-13-01', '2026-00-01', '2026-01-01T25:00:00Z'].map(
      startFrom => [{ ...http, startFrom }, 'invalid_body', /startFrom: is not a date that exists/] as const,
    ),
    [{ ...http, startFrom: 'Thu, 01 Jan 1970 00:00:00 GMT' }, 'invalid_body', /startFrom/],
    [{ ...http, startFrom: '2999-01-01' }, 'invalid_start_from', /startFrom: lies in the future/],
    [{ type: 'datadog', sink: { datadogApiKey: 'x', datadogRegion: 'mars' } }, 'invalid_body', /sink\.datadogRegion/],
    [
      { type: 'splunk', sink: { splunkDomain: 'a', splunkPort: '99999', splunkToken: 'x', splunkSecure: true } },
      'invalid_body',
      /sink\.splunkPort/,
    ],
    [{ type: 'file', sink: { fileName: '../etc/passwd' } }, 'invalid_body', /sink\.fileName/],
  ]

  for (const [body, code, message] of REFUSED) {
    test(`${JSON.stringify(body)} is refused`, async () => {
      assert.match(assertRefused(await call('POST', '', body), 400, code), message)
    })
  }

  const file = (fileName: string) => ({ type: 'file', sink: { fileName } })

  test('two streams of a tenant cannot have one file, nor one the rotations of another, in any order or case', async () => {
    for (const [first, second] of [
      ['auth.log', 'auth.log'],
      ['auth.log', 'AUTH.log'],
      ['auth.log', 'auth.log.1'],
      ['auth.log.1000', 'Auth.Log'],
      ['auth.log.1', 'auth.log.2'],
      ['auth.log.1', 'auth.log.1.1'],
    ] as const) {
      await create(file(first))
      const refused = assertRefused(await call('POST', '', file(second)), 409, 'log_stream_file_taken')
      assert.match(refused, /^sink\.fileName: another stream writes to this file/)
      const { id } = await create(file('other.log'))
      assertRefused(await call('PATCH', `/${id}`, { sink: { fileName: second } }), 409, 'log_stream_file_taken')
      assert.deepEqual((await call('GET', `/${id}`)).body.sink, { fileName: 'other.log' })
      await clean()
    }
  })

  test('of creations at the same moment one gets the file', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => call('POST', '', file('auth.log'))))
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409, 409, 409, 409])
    await clean()
  })

  test('a file is free for a change of its own stream, when its stream is gone, and for streams of other kinds', async () => {
    const { id } = await create(file('auth.log'))
    await create(file('auth.log.json'))
    await create(file('auth.log.0'))
    await create(file('auth.log.2026'))
    await create(http)
    assert.equal((await call('PATCH', `/${id}`, { sink: { fileName: 'Auth.log.1' } })).status, 200)
    assert.equal((await call('DELETE', `/${id}`)).status, 204)
    await create(file('auth.log'))
    await clean()
  })

  test('the eleventh stream is refused', async () => {
    for (let n = 0; n < 10; n++) await create(http)
    assertRefused(await call('POST', '', http), 409, 'log_stream_limit_exceeded')
    await clean()
  })

  test('the health of a stream is told', async () => {
    const { id } = await create(http)
    const error = { reason: 'The destination answered with status 500.', status: 500, firstLogId: '900', events: 3 }
    await noteStreamError(api.db, { tenantId: TENANT, id }, error)
    const { status, body } = await call('GET', `/${id}/health`)
    assert.equal(status, 200)
    const [{ date, ...shown }] = body.errors
    assert.deepEqual(shown, { reason: error.reason, status: 500, first_log_id: '900', events: 3 })
    assert.ok(Date.parse(date) > Date.now() - 60_000)
    assert.deepEqual(
      { ...body, errors: [] },
      {
        status: 'active',
        lag: { events: 0, at_least: false, seconds: 0 },
        rate: 0,
        delivered: 0,
        attempts: 0,
        errors: [],
      },
    )
    assertRefused(await call('GET', '/lst_unknown/health'), 404, 'inexistent_log_stream')
    await clean()
  })

  test('each operation has its scope', async () => {
    const only = (scope: string) => signToken({ scope }).then(token => ({ authorization: `Bearer ${token}` }))
    const { id } = await create(http)
    for (const [method, path, scope, body] of [
      ['GET', '', 'read:log_streams'],
      ['GET', `/${id}`, 'read:log_streams'],
      ['GET', `/${id}/health`, 'read:log_streams'],
      ['POST', '', 'create:log_streams', http],
      ['PATCH', `/${id}`, 'update:log_streams', { name: 'x' }],
      ['DELETE', `/${id}`, 'delete:log_streams'],
    ] as const) {
      const refused = await api.call(method, `/api/v2/log-streams${path}`, body, await only('read:logs'))
      assert.match(assertRefused(refused, 403, 'insufficient_scope'), new RegExp(scope))
      assert.ok((await api.call(method, `/api/v2/log-streams${path}`, body, await only(scope))).status < 300)
    }
    await clean()
  })

  test('writes leave an event in the tenant log', async () => {
    const { id } = await create(http)
    await call('PATCH', `/${id}`, { status: 'suspended' })
    await call('DELETE', `/${id}`)
    assert.deepEqual(
      api.events.slice(-3).map(({ type, description }) => [type, description]),
      [
        ['sapi', 'Create a log stream'],
        ['sapi', 'Update a log stream'],
        ['sapi', 'Delete a log stream'],
      ],
    )
  })
})

describe('log streams by strict rules', async () => {
  const api = await createTestApi({
    logStreams: {
      secrets: createSecretBox(systemRandom(32)),
      rules: { allowInsecureHttp: false, allowLocalAddresses: false, setting: 'LOG_STREAM_LOCAL' },
      random: systemRandom,
    },
  })
  after(() => api[Symbol.asyncDispose]())
  const headers = { authorization: `Bearer ${await signToken({ scope: 'create:log_streams update:log_streams' })}` }

  const ADDRESSES: readonly (readonly [type: string, sink: object, message: RegExp])[] = [
    [
      'http',
      { httpEndpoint: 'http://hooks.example.com' },
      /sink\.httpEndpoint: the address must start with https:\/\/; LOG_STREAM_LOCAL can permit connections without TLS/,
    ],
    [
      'http',
      { httpEndpoint: 'https://169.254.169.254/latest' },
      /sink\.httpEndpoint: the address is not on the public internet\.$/,
    ],
    ['http', { httpEndpoint: 'https://localhost' }, /not on the public internet; LOG_STREAM_LOCAL can permit it\.$/],
    ['http', { httpEndpoint: 'https://user:pass@example.com' }, /user name or a password/],
    [
      'sumo',
      { sumoSourceAddress: 'https://[::1]/x' },
      /sink\.sumoSourceAddress: .* not on the public internet; LOG_STREAM_LOCAL/,
    ],
    [
      'splunk',
      { splunkDomain: '10.0.0.7', splunkPort: '8088', splunkToken: 'x', splunkSecure: true },
      /sink\.splunkDomain: .*; LOG_STREAM_LOCAL can permit it/,
    ],
    [
      'splunk',
      { splunkDomain: 'a.example', splunkPort: '8088', splunkToken: 'x', splunkSecure: false },
      /sink\.splunkSecure: .*; LOG_STREAM_LOCAL can permit connections without TLS/,
    ],
    [
      'nats',
      { natsUrl: 'nats://a.example', natsSubject: 'a' },
      /sink\.natsUrl: the address must start with tls:\/\/; LOG_STREAM_LOCAL can/,
    ],
  ]

  for (const [type, sink, message] of ADDRESSES) {
    test(`${JSON.stringify(sink)} is refused with its field`, async () => {
      const answer = await api.call('POST', '/api/v2/log-streams', { type, sink }, headers)
      assert.match(assertRefused(answer, 400, 'log_stream_address_refused'), message)
    })
  }

  test('a change is judged like a creation', async () => {
    const sink = { httpEndpoint: 'https://hooks.example.com' }
    const { body } = await api.call('POST', '/api/v2/log-streams', { type: 'http', sink }, headers)
    const change = { sink: { httpEndpoint: 'https://127.0.0.1' } }
    const answer = await api.call('PATCH', `/api/v2/log-streams/${body.id}`, change, headers)
    assertRefused(answer, 400, 'log_stream_address_refused')
  })
})
