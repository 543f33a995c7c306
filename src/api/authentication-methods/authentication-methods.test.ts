import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type Answer, assertRefused, createTestApi, signToken, TENANT } from '../../../test/kit/management-api.ts'
import { systemRandom } from '../../base/random.ts'
import { createSecretBox } from '../../base/secret-box.ts'
import { createMethodId, totpSecretPlace } from '../../model/authentication-method.ts'
import { toTenantId } from '../../model/ids.ts'
import { findTotp, insertRecoveryCode } from '../../store/users/code-store.ts'
import { findCredential, insertCredential, MAX_CREDENTIALS } from '../../store/users/credential-store.ts'
import { insertUser } from '../../store/users/user-writes.ts'
import { METHOD_TYPES } from './method-types.ts'

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const OTHER = toTenantId('other')
const box = createSecretBox(systemRandom(32))
const at = new Date('2026-11-21T09:00:00.000Z')

const { x = '', y = '' } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
const hex = (text: string) => Buffer.from(text, 'hex')
/** {1: 2, 3: -7, -1: 1, -2: x, -3: y} in CBOR (RFC 9052 section 7). */
const PUBLIC_KEY = Buffer.concat([
  hex('a5010203262001215820'),
  Buffer.from(x, 'base64url'),
  hex('225820'),
  Buffer.from(y, 'base64url'),
])

let keys = 0
const newKeyId = () => Buffer.from(`credential ${++keys}`).toString('base64url')

const securityKey = (more: object = {}) => ({
  type: 'webauthn-roaming',
  key_id: newKeyId(),
  public_key: PUBLIC_KEY.toString('base64url'),
  ...more,
})

const passkey = (more: object = {}) => ({
  ...securityKey(),
  type: 'passkey',
  credential_device_type: 'multi_device',
  user_handle: Buffer.from('made elsewhere').toString('base64url'),
  ...more,
})

describe("users' authentication methods", async () => {
  const api = await createTestApi({
    authenticationMethods: { secrets: box, random: systemRandom },
    tenantOf: async request => ({
      tenantId: request.headers.has('x-other') ? OTHER : TENANT,
      name: 'Test',
      issuer: 'http://tenant.test/',
    }),
  })
  after(() => api[Symbol.asyncDispose]())
  // The issuer of this API is not one at which browsers offer WebAuthn.
  const secure = await createTestApi({
    db: api.db,
    log: { record: async event => `log-${api.events.push(event)}` },
    authenticationMethods: { secrets: box, random: systemRandom },
    tenantOf: async () => ({ tenantId: TENANT, name: 'Test', issuer: 'https://login.example.com/' }),
  })
  after(() => secure[Symbol.asyncDispose]())
  const scope = ['read', 'create', 'update', 'delete'].map(verb => `${verb}:authentication_methods`).join(' ')
  const headers = { authorization: `Bearer ${await signToken({ scope })}` }
  const secureHeaders = {
    authorization: `Bearer ${await signToken({ scope, claims: { iss: 'https://login.example.com/', aud: 'https://login.example.com/api/v2/' } })}`,
  }

  let users = 0
  const newUser = async (tenantId = TENANT): Promise<string> => {
    const userId = `auth0|user-${++users}`
    await insertUser(
      { db: api.db, tenantId },
      {
        userId,
        connectionId: 'con_1',
        email: `user-${users}@example.com`,
        name: 'Ada',
        nickname: 'ada',
        passwordHash: 'hash',
        isAdministrator: false,
      },
    )
    return userId
  }

  const pathOf = (userId: string, methodId?: string) =>
    `/api/v2/users/${encodeURIComponent(userId)}/authentication-methods${methodId === undefined ? '' : `/${encodeURIComponent(methodId)}`}`

  const call = (method: string, path: string, body?: unknown, more: Record<string, string> = {}) =>
    api.call(method, path, body, { ...headers, ...more })
  const webauthn = (method: string, path: string, body?: unknown) => secure.call(method, path, body, secureHeaders)

  const create = async (userId: string, body: object, by = call): Promise<Answer['body']> => {
    const answer = await by('POST', pathOf(userId), body)
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    return answer.body
  }

  const idsOf = async (userId: string): Promise<string[]> =>
    (await call('GET', pathOf(userId))).body.map(({ id }: { id: string }) => id)

  const unenrolled = () =>
    api.events
      .splice(0)
      .filter(({ type }) => type === 'gd_unenroll')
      .map(({ user_id, details }) => [user_id, details?.authenticator])

  before(async () => {
    await api.db.insertInto('tenants').values({ tenant_id: OTHER, friendly_name: 'Other' }).execute()
    for (const tenant_id of [TENANT, OTHER]) {
      const connection = { tenant_id, connection_id: 'con_1', name: 'Users', strategy: 'auth0', options: '{}' }
      await api.db.insertInto('connections').values(connection).execute()
    }
  })

  test('a TOTP is created with a secret of the caller, which no answer, event or row shows', async () => {
    const userId = await newUser()
    api.events.splice(0)
    const created = await create(userId, { type: 'totp', name: 'Phone', totp_secret: SECRET.toLowerCase() })
    assert.match(created.id, /^totp\|dev_[1-9A-HJ-NP-Za-km-z]{22}$/)
    const { id, created_at } = created
    assert.deepEqual(created, { id, type: 'totp', name: 'Phone', created_at })
    const listed = { ...created, confirmed: true, enrolled_at: created_at }
    assert.deepEqual((await call('GET', pathOf(userId))).body, [listed])
    assert.deepEqual((await call('GET', pathOf(userId, id))).body, listed)
    const stored = await findTotp(api.db, TENANT, userId)
    assert.equal(box.open(stored?.sealedSecret ?? '', totpSecretPlace(TENANT, id)), SECRET)
    const written = JSON.stringify([
      api.events,
      await api.db.selectFrom('authentication_methods').selectAll().execute(),
    ])
    assert.ok(!written.toUpperCase().includes(SECRET))
    const [audit] = api.events
    assert.deepEqual([audit?.type, audit?.description], ['sapi', 'Create an authentication method for a user'])
  })

  test('a secret that is made for the caller is told once, to the caller', async () => {
    const userId = await newUser()
    api.events.splice(0)
    const { id, totp_secret } = await create(userId, { type: 'totp' })
    assert.match(totp_secret, /^[A-Z2-7]{32}$/)
    assert.ok(!JSON.stringify(api.events).includes(totp_secret))
    assert.equal((await call('GET', pathOf(userId, id))).body.totp_secret, undefined)
  })

  test('a user has one TOTP, however many administrators create one at the same time', async () => {
    const userId = await newUser()
    const answers = await Promise.all(Array.from({ length: 8 }, () => call('POST', pathOf(userId), { type: 'totp' })))
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, ...Array(7).fill(409)])
    assertRefused(await call('POST', pathOf(userId), { type: 'totp' }), 409, 'authentication_method_exists')
  })

  test('a security key and a passkey that were made elsewhere are taken with all that their use needs', async () => {
    const userId = await newUser()
    const aaguid = 'ee882879-721c-4913-9775-3dfcce97072a'
    const given = passkey({
      name: 'From before',
      aaguid,
      relying_party_identifier: 'login.example.com',
      credential_backed_up: true,
      identity_user_id: userId.replace('auth0|', ''),
      user_agent: 'Browser/1.0',
      transports: ['internal', 'hybrid'],
    })
    const { id, created_at, ...created } = await create(userId, given, webauthn)
    assert.deepEqual(created, given)
    const stored = await findCredential(api.db, TENANT, given.key_id)
    assert.deepEqual([stored?.userHandle, stored?.signCount, stored?.methodId], [given.user_handle, 0, id])
    assert.deepEqual(Buffer.from(stored?.publicKey ?? []), PUBLIC_KEY)
    const listed = (await webauthn('GET', pathOf(userId, id))).body
    assert.deepEqual(listed, { id, created_at, ...given, confirmed: true, enrolled_at: created_at })
    const key = await create(userId, securityKey(), webauthn)
    assert.partialDeepStrictEqual(key, { type: 'webauthn-roaming', name: 'Security key', transports: [] })
    assert.equal(key.user_handle, undefined)
    assert.equal(key.credential_device_type, 'single_device')
  })

  test('a credential is known once in a tenant, and a user has twenty of a type', async () => {
    const [userId, stranger] = [await newUser(), await newUser()]
    const given = securityKey()
    await create(userId, given, webauthn)
    assertRefused(await webauthn('POST', pathOf(stranger), given), 409, 'authentication_method_exists')
    for (let i = 1; i < MAX_CREDENTIALS; i++) await create(userId, securityKey(), webauthn)
    const refused = await webauthn('POST', pathOf(userId), securityKey())
    assertRefused(refused, 409, 'authentication_method_limit_exceeded')
  })

  const REFUSED: readonly (readonly [title: string, body: object, code: string, message: RegExp])[] = [
    ['phone', { type: 'phone', phone_number: '+15551234' }, 'authentication_method_unsupported', /totp, webauthn-roa/],
    ['email', { type: 'email', email: 'a@b.example' }, 'authentication_method_unsupported', /totp, webauthn-roaming/],
    ['recovery-code', { type: 'recovery-code' }, 'invalid_body', /must have a type: totp, webauthn-roaming, passkey/],
    ['webauthn-platform', securityKey({ type: 'webauthn-platform' }), 'invalid_body', /must have a type/],
    ['no type', {}, 'invalid_body', /missing key type/],
    ['a key of another type', { type: 'totp', phone_number: '+1555' }, 'invalid_body', /phone_number/],
    ['a name that is too long', { type: 'totp', name: 'x'.repeat(21) }, 'invalid_body', /name/],
    [
      'a secret that is not base32',
      { type: 'totp', totp_secret: 'not base32 0189' },
      'authentication_method_invalid',
      /base32/,
    ],
    ['a secret that can be guessed', { type: 'totp', totp_secret: 'JBSWY3DP' }, 'authentication_method_invalid', /16/],
    [
      'another host name',
      passkey({ relying_party_identifier: 'evil.example' }),
      'authentication_method_invalid',
      /must be login\.example\.com/,
    ],
    ['a key that is none', passkey({ public_key: 'AAAA' }), 'authentication_method_invalid', /COSE key/],
    [
      'a point that is not on the curve',
      passkey({ public_key: Buffer.concat([PUBLIC_KEY.subarray(0, -1), hex('00')]).toString('base64url') }),
      'authentication_method_invalid',
      /COSE key/,
    ],
    ['an id that is not base64', passkey({ key_id: 'no id!' }), 'authentication_method_invalid', /key_id/],
    [
      'a handle that is too long',
      passkey({ user_handle: 'A'.repeat(88) }),
      'authentication_method_invalid',
      /user_handle/,
    ],
    ['another identity', passkey({ identity_user_id: 'somebody' }), 'authentication_method_invalid', /one identity/],
    [
      'a passkey without its device type',
      passkey({ credential_device_type: undefined }),
      'invalid_body',
      /device_type/,
    ],
    ['an unknown transport', passkey({ transports: ['telepathy'] }), 'invalid_body', /transports/],
  ]

  for (const [title, body, code, message] of REFUSED) {
    test(`not created: ${title}`, async () => {
      const userId = await newUser()
      assert.match(assertRefused(await webauthn('POST', pathOf(userId), body), 400, code), message)
      assert.deepEqual(await idsOf(userId), [])
    })
  }

  test('where browsers offer no WebAuthn, no credential is created, because it could not be used', async () => {
    const message = assertRefused(
      await call('POST', pathOf(await newUser()), securityKey()),
      400,
      'authentication_method_invalid',
    )
    assert.match(message, /https and a host name/)
  })

  test('every type can be listed, in pages or whole, with and without totals', async () => {
    const userId = await newUser()
    const method = (type: string) => ({
      id: createMethodId(type, systemRandom),
      userId,
      name: type.slice(0, 20),
      createdAt: at,
    })
    await create(userId, { type: 'totp' })
    await insertRecoveryCode(api.db, TENANT, { ...method('recovery-code'), codeHash: 'hash-of-code' })
    await create(userId, securityKey(), webauthn)
    await create(userId, passkey(), webauthn)
    const { credential, publicKey } = {
      credential: { id: newKeyId(), transports: ['internal'], aaguid: '', backupEligible: false, backedUp: false },
      publicKey: PUBLIC_KEY,
    }
    await insertCredential(api.db, TENANT, {
      ...method('webauthn-platform'),
      type: 'webauthn-platform',
      credential,
      publicKey,
      signCount: 3,
    })
    const { body } = await call('GET', pathOf(userId))
    assert.deepEqual(body.map(({ type }: { type: string }) => type).toSorted(), METHOD_TYPES.toSorted())
    assert.ok(!JSON.stringify(body).includes('hash-of-code'))
    const page = await call('GET', `${pathOf(userId)}?page=1&per_page=2&include_totals=true`)
    assert.deepEqual(page.body, { start: 2, limit: 2, total: 5, authenticators: body.slice(2, 4) })
    assert.deepEqual((await call('GET', `${pathOf(userId)}?page=9`)).body, [])
    assert.deepEqual((await call('GET', `${pathOf(userId)}?per_page=0&include_totals=true`)).body.authenticators, [])
    for (const query of ['page=-1', 'per_page=101', 'include_totals=yes', 'sort=a']) {
      assertRefused(await call('GET', `${pathOf(userId)}?${query}`), 400, 'invalid_query_string')
    }
    for (const { id } of body) assert.equal((await call('GET', pathOf(userId, id))).body.id, id)
  })

  test('a passkey that was made by our page says by which handle its authenticator knows the user', async () => {
    const userId = await newUser()
    const id = createMethodId('passkey', systemRandom)
    const credential = { id: newKeyId(), transports: [], aaguid: '', backupEligible: true, backedUp: true }
    const made = { id, userId, name: 'Passkey', createdAt: at, type: 'passkey', credential } as const
    await insertCredential(api.db, TENANT, { ...made, publicKey: PUBLIC_KEY, signCount: 0 })
    const { body } = await call('GET', pathOf(userId, id))
    assert.match(body.user_handle, /^[\w-]{43}$/)
    assert.equal(body.identity_user_id, userId.replace('auth0|', ''))
  })

  test('a method is renamed where the wire can say so, and nothing else of it changes', async () => {
    const userId = await newUser()
    const { id, created_at } = await create(userId, { type: 'totp', totp_secret: SECRET })
    const renamed = await call('PATCH', pathOf(userId, id), { name: 'New phone' })
    assert.deepEqual(renamed.body, { id, type: 'totp', name: 'New phone', created_at, confirmed: true })
    assert.deepEqual((await call('PATCH', pathOf(userId, id), {})).body, renamed.body)
    const key = await create(userId, securityKey(), webauthn)
    assert.equal((await call('PATCH', pathOf(userId, key.id), { name: 'Blue' })).body.name, 'Blue')
    const other = await create(userId, passkey(), webauthn)
    const sentence = /types totp and webauthn-roaming can be changed/
    for (const [methodId, change] of [
      [other.id, { name: 'Mine' }],
      [id, { preferred_authentication_method: 'sms' }],
    ] as const) {
      const refused = await call('PATCH', pathOf(userId, methodId), change)
      assert.match(assertRefused(refused, 400, 'authentication_method_unsupported'), sentence)
    }
    for (const body of [{ name: '' }, { name: 'x'.repeat(21) }, { totp_secret: SECRET }, []]) {
      assertRefused(await call('PATCH', pathOf(userId, id), body), 400, 'invalid_body')
    }
  })

  test('a method that is deleted is gone, the log says which and whose, and the call is audited', async () => {
    const userId = await newUser()
    const { id } = await create(userId, { type: 'totp', name: 'Phone' })
    api.events.splice(0)
    assert.equal((await call('DELETE', pathOf(userId, id), undefined, { 'x-correlation-id': 'ticket-7' })).status, 204)
    const [event, audit, ...others] = api.events
    assert.deepEqual([audit?.type, others.length], ['sapi', 0])
    assert.partialDeepStrictEqual(event, {
      tenant_id: TENANT,
      type: 'gd_unenroll',
      user_id: userId,
      identity_user_id: userId.replace('auth0|', ''),
      ip: '203.0.113.7',
      client_id: 'ci',
      references: { correlation_id: 'ticket-7' },
      details: {
        authenticator: { id, type: 'otp' },
        enrollment: { _id: id, name: 'Phone', tenant: TENANT, user_id: userId },
      },
    })
    assert.match(event?.user_name ?? '', /@example\.com$/)
    assertRefused(await call('DELETE', pathOf(userId, id)), 404, 'inexistent_authentication_method')
    assertRefused(await call('GET', pathOf(userId, id)), 404, 'inexistent_authentication_method')
  })

  test('of many who delete a method at once, one did, and there is one event', async () => {
    const userId = await newUser()
    const { id } = await create(userId, { type: 'totp' })
    unenrolled()
    const answers = await Promise.all(Array.from({ length: 6 }, () => call('DELETE', pathOf(userId, id))))
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [204, ...Array(5).fill(404)])
    assert.deepEqual(unenrolled(), [[userId, { id, type: 'otp' }]])
  })

  test('deleting all of them leaves none, with an event for each, and is no error when there are none', async () => {
    const userId = await newUser()
    await create(userId, { type: 'totp' })
    await create(userId, passkey(), webauthn)
    unenrolled()
    assert.equal((await call('DELETE', pathOf(userId))).status, 204)
    assert.deepEqual(
      unenrolled()
        .map(([, authenticator]) => (authenticator as { type: string }).type)
        .toSorted(),
      ['otp', 'passkey'],
    )
    assert.deepEqual(await idsOf(userId), [])
    assert.equal((await call('DELETE', pathOf(userId))).status, 204)
    assert.equal((await call('DELETE', pathOf('auth0|nobody'))).status, 204)
    assert.deepEqual(unenrolled(), [])
  })

  test('a set takes the place of everything that the user had', async () => {
    const userId = await newUser()
    const old = await create(userId, { type: 'totp' })
    const key = await create(userId, passkey(), webauthn)
    unenrolled()
    const { body } = await call('PUT', pathOf(userId), [{ type: 'totp', name: 'New', totp_secret: SECRET }])
    const [{ id, created_at }] = body
    assert.deepEqual(body, [{ id, type: 'totp', name: 'New', created_at }])
    assert.deepEqual(await idsOf(userId), [id])
    assert.deepEqual(
      unenrolled()
        .map(([, authenticator]) => (authenticator as { id: string }).id)
        .toSorted(),
      [key.id, old.id].toSorted(),
    )
    assert.deepEqual((await call('PUT', pathOf(userId), [])).body, [])
    assert.deepEqual(await idsOf(userId), [])
  })

  test('a set that is refused changes nothing', async () => {
    const userId = await newUser()
    const { id } = await create(userId, { type: 'totp' })
    unenrolled()
    const put = (body: unknown) => call('PUT', pathOf(userId), body)
    assertRefused(await put([{ type: 'totp' }, { type: 'totp' }]), 400, 'authentication_method_invalid')
    assertRefused(
      await put([{ type: 'totp' }, { type: 'phone', phone_number: '+1555' }]),
      400,
      'authentication_method_unsupported',
    )
    assertRefused(await put([{ type: 'totp', totp_secret: '!' }]), 400, 'authentication_method_invalid')
    for (const body of [{}, [passkey()], [{}], [null], Array(11).fill({ type: 'totp' })]) {
      assertRefused(await put(body), 400, 'invalid_body')
    }
    assert.deepEqual(await idsOf(userId), [id])
    assert.deepEqual(unenrolled(), [])
  })

  test('sets that race leave the one that was last, whole', async () => {
    const userId = await newUser()
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => call('PUT', pathOf(userId), [{ type: 'totp', totp_secret: SECRET }])),
    )
    assert.deepEqual(
      answers.map(({ status }) => status),
      Array(6).fill(200),
    )
    const [id, ...others] = await idsOf(userId)
    assert.equal(others.length, 0)
    assert.ok(answers.some(({ body }) => body[0].id === id))
  })

  test('a user that does not exist is not found, and neither is a method of another user or of another tenant', async () => {
    const [userId, stranger] = [await newUser(), await newUser()]
    const { id } = await create(userId, { type: 'totp' })
    const foreigner = await newUser(OTHER)
    const calls = (path: string, more?: Record<string, string>) =>
      ['GET', 'PATCH', 'DELETE'].map(method =>
        call(method, path, method === 'PATCH' ? { name: 'Taken' } : undefined, more),
      )
    for (const answer of await Promise.all(calls(pathOf(stranger, id)))) {
      assertRefused(answer, 404, 'inexistent_authentication_method')
    }
    const foreign = [...calls(pathOf(foreigner, id)), ...calls(pathOf(userId, id), { 'x-other': '1' })]
    for (const answer of await Promise.all([...foreign, ...calls(pathOf('auth0|nobody', id))])) {
      assertRefused(answer, 404, 'inexistent_user')
    }
    for (const nobody of ['auth0|nobody', '%', '\0', 'x'.repeat(3_000), "' or 1=1 --"]) {
      assertRefused(await call('GET', pathOf(nobody)), 404, 'inexistent_user')
      assertRefused(await call('POST', pathOf(nobody), { type: 'totp' }), 404, 'inexistent_user')
      assertRefused(await call('PUT', pathOf(nobody), []), 404, 'inexistent_user')
      assert.equal((await call('DELETE', pathOf(nobody))).status, 204)
      assertRefused(await call('GET', pathOf(userId, nobody)), 404, 'inexistent_authentication_method')
    }
    assert.deepEqual(await idsOf(userId), [id])
  })

  test('each verb needs its own scope', async () => {
    const userId = await newUser()
    const { id } = await create(userId, { type: 'totp' })
    for (const [method, path, verb] of [
      ['GET', pathOf(userId), 'read'],
      ['GET', pathOf(userId, id), 'read'],
      ['POST', pathOf(userId), 'create'],
      ['PUT', pathOf(userId), 'update'],
      ['PATCH', pathOf(userId, id), 'update'],
      ['DELETE', pathOf(userId, id), 'delete'],
      ['DELETE', pathOf(userId), 'delete'],
    ] as const) {
      const all = ['read', 'create', 'update', 'delete'].filter(other => other !== verb)
      const token = await signToken({ scope: all.map(other => `${other}:authentication_methods`).join(' ') })
      const refused = await api.call(method, path, undefined, { authorization: `Bearer ${token}` })
      assertRefused(refused, 403, 'insufficient_scope')
    }
    assert.deepEqual(await idsOf(userId), [id])
  })
})
