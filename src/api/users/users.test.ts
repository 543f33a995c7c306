import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { assertRefused } from '../../../test/kit/management-api.ts'
import { createUserApi, NOW, PASSWORD } from '../../../test/kit/user-api.ts'

describe('users', async () => {
  const kit = await createUserApi()
  const { api, call, create, hashOf, pathOf } = kit
  after(() => api[Symbol.asyncDispose]())

  test('a user is created, read by id and by address, and no answer, event or list has the password or its hash', async () => {
    api.events.splice(0)
    const created = await create({
      email: ' Ada@Example.com ',
      given_name: 'Ada',
      user_metadata: { cohort: 'treatment', gone: null },
      app_metadata: { plan: 'gold' },
    })
    const { user_id, ...rest } = created
    assert.match(user_id, /^auth0\|[0-9a-f]{24}$/)
    const at = new Date(NOW).toISOString()
    assert.deepEqual(rest, {
      email: 'ada@example.com',
      email_verified: false,
      name: 'ada@example.com',
      nickname: 'ada',
      given_name: 'Ada',
      picture: 'http://tenant.test/u/avatars/ad.svg',
      blocked: false,
      identities: [{ connection: 'Users', provider: 'auth0', user_id: user_id.slice(6), isSocial: false }],
      user_metadata: { cohort: 'treatment' },
      app_metadata: { plan: 'gold' },
      logins_count: 0,
      created_at: at,
      updated_at: at,
    })
    assert.deepEqual((await call('GET', pathOf(user_id))).body, created)
    assert.deepEqual((await call('GET', 'users-by-email?email=ADA%40example.com')).body, [created])
    assert.equal(await hashOf('ada@example.com'), `hash of ${PASSWORD}`)
    const [audit] = api.events
    assert.deepEqual([audit?.type, audit?.description], ['sapi', 'Create a user'])
    const all = JSON.stringify([api.events, created, (await call('GET', 'users')).body])
    assert.ok(!all.includes(PASSWORD) && !all.includes('hash of'), all)
  })

  test('an answer has the fields that its caller wants', async () => {
    const { user_id, email } = await create()
    const path = pathOf(user_id)
    assert.deepEqual((await call('GET', `${path}?fields=email,user_id`)).body, { email, user_id })
    const without = (await call('GET', `${path}?fields=email,user_metadata&include_fields=false`)).body
    assert.deepEqual([without.email, without.user_metadata, without.user_id], [undefined, undefined, user_id])
    assert.deepEqual((await call('GET', `users-by-email?email=${email}&fields=user_id`)).body, [{ user_id }])
  })

  const REFUSED: readonly (readonly [title: string, body: object, code: string, message: RegExp])[] = [
    ['an unknown key', { is_administrator: true }, 'invalid_body', /is_administrator/],
    ['a hash', { password_hash: 'x' }, 'invalid_body', /password_hash/],
    ['no address', { email: undefined }, 'invalid_body', /missing key email/],
    ['an address that is none', { email: 'ada' }, 'user_email_invalid', /email/],
    [
      'a weak password',
      { password: 'short' },
      'user_password_invalid',
      /^PasswordStrengthError: Password is too weak\. Use at least 8 characters\.$/,
    ],
    ['an address with a mark of direction', { email: 'ada\u202E@example.com' }, 'user_email_invalid', /email/],
    ['an address with a zero-width space', { email: 'a\u200Bda@example.com' }, 'user_email_invalid', /email/],
    ['an unknown connection', { connection: 'Nobody' }, 'user_connection_invalid', /Nobody/],
    ['a connection without passwords', { connection: 'Social' }, 'user_connection_invalid', /Social/],
    ['a mail to be sent', { verify_email: true }, 'invalid_body', /sends no mail/],
    ['a user name', { username: 'ada' }, 'invalid_body', /username/],
    ['an id that reads as an application', { user_id: 'ci@clients' }, 'invalid_body', /@clients/],
    ['an id with a space', { user_id: 'a b' }, 'invalid_body', /user_id/],
    ['a picture that runs', { picture: 'javascript:alert(1)' }, 'invalid_body', /picture/],
    ['metadata that is no object', { user_metadata: ['a'] }, 'invalid_body', /user_metadata/],
    ['text for a truth value', { blocked: 'true' }, 'invalid_body', /blocked/],
  ]
  for (const [title, more, code, message] of REFUSED) {
    test(`not created: ${title}`, async () => {
      const body = { connection: 'Users', email: 'refused@example.com', password: PASSWORD, ...more }
      assert.match(assertRefused(await call('POST', 'users', body), 400, code), message)
      assert.deepEqual((await call('GET', 'users-by-email?email=refused@example.com')).body, [])
    })
  }

  test('of callers that create one address or one id at the same time, one succeeds', async () => {
    const attempt = (n: number) =>
      call('POST', 'users', {
        connection: 'Users',
        email: 'twin@example.com',
        password: PASSWORD,
        user_id: `twin-${n}`,
      })
    const answers = await Promise.all([1, 2, 3, 4].map(attempt))
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 409, 409, 409])
    const again = { connection: 'Users', email: 'other@example.com', password: PASSWORD }
    const taken = answers.find(({ status }) => status === 201)?.body.identities[0].user_id
    assertRefused(await call('POST', 'users', { ...again, user_id: taken }), 409, 'user_exists')
  })

  test('too many passwords at once are refused with the time to come back', async () => {
    kit.busy = true
    const body = { connection: 'Users', email: 'busy@example.com', password: PASSWORD }
    const refused = await call('POST', 'users', body)
    kit.busy = false
    assertRefused(refused, 429, 'too_many_requests')
    assert.equal(refused.headers.get('retry-after'), '1')
  })
})
