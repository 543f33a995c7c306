import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { assertRefused, createTestApi, signToken, TENANT } from '../../../test/kit/management-api.ts'
import { passkeyPolicyOf } from '../../login/factors/passkey-policy.ts'
import { toTenantId } from '../../model/ids.ts'
import { findConnection, insertConnection } from '../../store/tenants/connection-store.ts'

const OTHER = toTenantId('other')

describe('connections', async () => {
  const api = await createTestApi({
    tenantOf: async request => ({
      tenantId: request.headers.has('x-other') ? OTHER : TENANT,
      name: 'Test',
      issuer: 'http://tenant.test/',
    }),
  })
  after(() => api[Symbol.asyncDispose]())
  const headers = { authorization: `Bearer ${await signToken({ scope: 'read:connections update:connections' })}` }
  const call = (method: string, path: string, body?: unknown, more: Record<string, string> = {}) =>
    api.call(method, `/api/v2/connections${path}`, body, { ...headers, ...more })

  before(async () => {
    await api.db.insertInto('tenants').values({ tenant_id: OTHER, friendly_name: 'Other' }).execute()
    for (const [id, name, strategy] of [
      ['con_1', 'Users', 'auth0'],
      ['con_2', 'Staff', 'auth0'],
      ['con_3', 'Social', 'google-oauth2'],
    ] as const) {
      await insertConnection(api.db, TENANT, { id, name, strategy, options: {} })
    }
    await insertConnection(api.db, OTHER, { id: 'con_9', name: 'Theirs', strategy: 'auth0', options: {} })
  })

  const idsOf = (found: { id: string }[]) => found.map(({ id }) => id)

  test('connections are listed by number, by cursor, by name, by strategy, in the order of their creation', async () => {
    const users = {
      id: 'con_1',
      name: 'Users',
      strategy: 'auth0',
      options: {},
      realms: ['Users'],
      is_domain_connection: false,
    }
    const all = (await call('GET', '')).body
    assert.deepEqual(idsOf(all), ['con_1', 'con_2', 'con_3'])
    assert.deepEqual(all[0], users)
    assert.deepEqual((await call('GET', '?name=Users')).body, [users])
    assert.deepEqual(idsOf((await call('GET', '?strategy=google-oauth2')).body), ['con_3'])
    assert.deepEqual((await call('GET', '?fields=id,name&per_page=1&page=1')).body, [{ id: 'con_2', name: 'Staff' }])
    const totals = (await call('GET', '?include_totals=true&per_page=2&page=1&fields=id')).body
    assert.deepEqual(totals, { start: 2, limit: 2, total: 3, connections: [{ id: 'con_3' }] })
    const first = (await call('GET', '?take=2')).body
    assert.deepEqual(idsOf(first.connections), ['con_1', 'con_2'])
    const rest = (await call('GET', `?from=${first.next}`)).body
    assert.deepEqual([idsOf(rest.connections), rest.next], [['con_3'], undefined])
    assertRefused(await call('GET', '?from=made-up'), 400, 'invalid_cursor')
    for (const query of ['per_page=0', 'take=101', 'page=x', 'sort=name:1']) {
      assertRefused(await call('GET', `?${query}`), 400, 'invalid_query_string')
    }
  })

  test('one connection is read by its id, whole or in part; what is not there is not found', async () => {
    assert.equal((await call('GET', '/con_1')).body.name, 'Users')
    assert.deepEqual((await call('GET', '/con_1?fields=options&include_fields=false')).body.options, undefined)
    for (const id of ['con_9', 'con_404', '%00', 'x'.repeat(2_000)]) {
      assertRefused(await call('GET', `/${id}`), 404, 'inexistent_connection')
      assertRefused(await call('PATCH', `/${id}`, { options: {} }), 404, 'inexistent_connection')
    }
    assert.deepEqual(idsOf((await call('GET', '', undefined, { 'x-other': '1' })).body), ['con_9'])
  })

  const policyOf = async (name: string) =>
    passkeyPolicyOf((await findConnection(api.db, TENANT, name)) ?? assert.fail())

  test('options replace those before them, are what logins read, and are announced', async () => {
    const version = async () =>
      (
        await api.db
          .selectFrom('tenants')
          .select('config_version')
          .where('tenant_id', '=', TENANT)
          .executeTakeFirstOrThrow()
      ).config_version
    const before = await version()
    api.events.splice(0)
    api.changes.splice(0)
    const options = {
      disable_signup: true,
      authentication_methods: { password: { enabled: true }, passkey: { enabled: true } },
      passkey_options: {
        challenge_ui: 'button',
        progressive_enrollment_enabled: true,
        local_enrollment_enabled: false,
      },
      password_dictionary: { enable: true, dictionary: ['tugboat7', '🔑'.repeat(50)] },
    }
    assert.deepEqual((await call('PATCH', '/con_1', { options })).body.options, options)
    assert.deepEqual((await call('GET', '/con_1')).body.options, options)
    const asked = { enabled: true, button: true, autofill: false, progressiveEnrollment: true }
    assert.deepEqual(await policyOf('Users'), asked)
    assert.notEqual(await version(), before)
    assert.deepEqual(api.changes, [TENANT])
    assert.deepEqual(
      api.events.map(({ type, description }) => [type, description]),
      [['sapi', 'Update a connection']],
    )
    const off = { authentication_methods: { passkey: { enabled: false } }, passkey_options: null }
    const changed = await call('PATCH', '/con_1', { options: off })
    assert.deepEqual(changed.body.options, { authentication_methods: off.authentication_methods })
    assert.equal((await policyOf('Users')).enabled, false)
    await call('PATCH', '/con_1', { options: {} })
    assert.equal((await policyOf('Users')).enabled, true)
  })

  const REFUSED: readonly (readonly [body: object, message: RegExp])[] = [
    [{ name: 'New' }, /name/],
    [{ options: {}, display_name: 'x' }, /display_name/],
    [{ options: { mfa: { active: true } } }, /options\.mfa/],
    [{ options: { passwordPolicy: 'excellent' } }, /options\.passwordPolicy/],
    [{ options: { passkey_options: { local_enrollment_enabled: true } } }, /local_enrollment_enabled.*no login asks/],
    [{ options: { passkey_options: { challenge_ui: 'popup' } } }, /challenge_ui/],
    [{ options: { passkey_options: { more: 1 } } }, /passkey_options\.more/],
    [{ options: { authentication_methods: { password: { enabled: false } } } }, /password\.enabled.*have passwords/],
    [{ options: { authentication_methods: { email_otp: { enabled: true } } } }, /email_otp/],
    [{ options: { disable_signup: 'no' } }, /disable_signup/],
    [{ options: { password_dictionary: {} } }, /password_dictionary\.enable/],
    [{ options: { password_dictionary: { enable: true, words: [] } } }, /password_dictionary\.words/],
    [
      { options: { password_dictionary: { enable: true, dictionary: ['x'.repeat(51)] } } },
      /dictionary\[0\].* at most 50 characters/,
    ],
    [
      { options: { password_dictionary: { enable: true, dictionary: Array(201).fill('x') } } },
      /dictionary.* at most 200 entries/,
    ],
    [{ options: null }, /options/],
  ]
  test('an option that no login obeys is refused by its name, and nothing is kept', async () => {
    for (const [body, message] of REFUSED) {
      assert.match(assertRefused(await call('PATCH', '/con_2', body), 400, 'invalid_body'), message)
    }
    assert.deepEqual((await call('GET', '/con_2')).body.options, {})
  })

  test('reading and changing need scopes of their own, and connections are neither made nor deleted here', async () => {
    const as = async (scope: string) => ({ authorization: `Bearer ${await signToken({ scope })}` })
    assertRefused(await call('GET', '', undefined, await as('update:connections')), 403, 'insufficient_scope')
    const refused = await call('PATCH', '/con_1', { options: {} }, await as('read:connections'))
    assertRefused(refused, 403, 'insufficient_scope')
    assertRefused(await call('POST', '', { name: 'x', strategy: 'auth0' }), 404, 'inexistent_route')
    assertRefused(await call('DELETE', '/con_1'), 404, 'inexistent_route')
  })
})
