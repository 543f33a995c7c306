import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { assertRefused, TENANT } from '../../../test/kit/management-api.ts'
import { createUserApi, NOW } from '../../../test/kit/user-api.ts'
import { insertRecoveryCode } from '../../store/users/code-store.ts'
import { changeUser } from '../../store/users/user-writes.ts'

describe('changes of users', async () => {
  const { api, call, create, hashOf, open, openOf, pathOf } = await createUserApi()
  after(() => api[Symbol.asyncDispose]())

  test('metadata is merged at its first level; null removes, an empty object removes all', async () => {
    const { user_id } = await create({
      user_metadata: { a: 1, b: { c: 1, d: 2 }, e: 'x' },
      app_metadata: { plan: 'gold' },
    })
    const patch = async (body: object) => (await call('PATCH', pathOf(user_id), body)).body
    const merged = await patch({ user_metadata: { b: { c: 9 }, e: null, f: [null] } })
    assert.deepEqual(merged.user_metadata, { a: 1, b: { c: 9 }, f: [null] })
    assert.deepEqual(merged.app_metadata, { plan: 'gold' })
    const emptied = await patch({ user_metadata: {}, app_metadata: { plan: null } })
    assert.deepEqual([emptied.user_metadata, emptied.app_metadata], [{}, {}])
    const awkward = JSON.parse('{"constructor": {"prototype": 1}, "a\\"\\\\b.c": "\\u2028", "": "empty"}')
    assert.deepEqual((await patch({ user_metadata: awkward })).user_metadata, awkward)
  })

  test('changes of metadata that happen at the same time all stay', async () => {
    const { user_id } = await create()
    const keys = Array.from({ length: 12 }, (_, n) => `k${n}`)
    await Promise.all([
      ...keys.map(key => call('PATCH', pathOf(user_id), { user_metadata: { [key]: key } })),
      changeUser({ db: api.db, tenantId: TENANT }, user_id, {
        userMetadata: { of_an_action: true },
        at: new Date(NOW),
      }),
    ])
    const { user_metadata } = (await call('GET', pathOf(user_id))).body
    assert.deepEqual(Object.keys(user_metadata).toSorted(), [...keys, 'of_an_action'].toSorted())
  })

  test('metadata does not grow without an end', async () => {
    const { user_id } = await create()
    const half = { user_metadata: { a: 'x'.repeat(600_000) } }
    assert.equal((await call('PATCH', pathOf(user_id), half)).status, 200)
    const refused = await call('PATCH', pathOf(user_id), { user_metadata: { b: 'x'.repeat(600_000) } })
    assertRefused(refused, 400, 'user_metadata_too_large')
    assert.deepEqual(Object.keys((await call('GET', pathOf(user_id))).body.user_metadata), ['a'])
  })

  test('a profile changes key by key; a name that is taken away is that of the address', async () => {
    const { user_id, email } = await create({ name: 'Ada', nickname: 'ada', picture: 'https://example.com/a.png' })
    const changed = await call('PATCH', pathOf(user_id), {
      connection: 'Users',
      name: null,
      nickname: 'countess',
      picture: null,
      blocked: true,
      phone_number: '+15551234',
      phone_verified: true,
      email_verified: true,
    })
    const { name, nickname, picture, blocked, phone_number, phone_verified, email_verified } = changed.body
    assert.deepEqual(
      [name, nickname, picture, blocked, phone_number, phone_verified, email_verified],
      [email, 'countess', 'http://tenant.test/u/avatars/us.svg', true, '+15551234', true, true],
    )
    const moved = (await call('PATCH', pathOf(user_id), { email: 'Moved@Example.com' })).body
    assert.deepEqual([moved.email, moved.email_verified], ['moved@example.com', false])
    const verified = { email: 'moved-again@example.com', email_verified: true }
    assert.equal((await call('PATCH', pathOf(user_id), verified)).body.email_verified, true)
    const stranger = await create()
    assertRefused(await call('PATCH', pathOf(user_id), { email: stranger.email }), 409, 'user_exists')
    assertRefused(await call('PATCH', pathOf(user_id), { connection: 'Social' }), 400, 'user_connection_invalid')
    for (const body of [{ email: null }, { password: null }, { user_id: 'x' }, { logins_count: 7 }, { blocked: 1 }]) {
      assertRefused(await call('PATCH', pathOf(user_id), body), 400, 'invalid_body')
    }
  })

  test('a new password replaces the old one and ends what was opened with it', async () => {
    const { user_id, email } = await create()
    for (const model of ['Session', 'RefreshToken']) await open(user_id, model)
    await call('PATCH', pathOf(user_id), { nickname: 'still in' })
    assert.equal(await openOf(user_id), 2)
    assertRefused(await call('PATCH', pathOf(user_id), { password: 'short' }), 400, 'user_password_invalid')
    const changed = await call('PATCH', pathOf(user_id), { password: 'another fine password' })
    assert.equal(changed.body.last_password_reset, new Date(NOW).toISOString())
    assert.equal(await hashOf(email), 'hash of another fine password')
    assert.equal(await openOf(user_id), 0)
  })

  test('the dictionary of the connection is asked at a creation and at a change, with the words that belong to the user', async () => {
    const { user_id } = await create({ email: 'ada.lovelace@example.com', password: 'password' })
    const setDictionary = (dictionary: object) =>
      api.db
        .updateTable('connections')
        .set({ options: JSON.stringify({ password_dictionary: dictionary }) })
        .where('tenant_id', '=', TENANT)
        .where('name', '=', 'Users')
        .execute()
    await setDictionary({ enable: true, dictionary: ['Wile E. Coyote'] })
    const REFUSED: Record<string, RegExp> = {
      password: /^PasswordDictionaryError: Password is too common\./,
      'wile e. coyote': /^PasswordDictionaryError: Password is too common\./,
      'Ada-Lovelace': /^PasswordNoUserInfoError: Password contains user information\./,
    }
    for (const [password, message] of Object.entries(REFUSED)) {
      const changed = await call('PATCH', pathOf(user_id), { password })
      assert.match(assertRefused(changed, 400, 'user_password_invalid'), message)
      const body = { connection: 'Users', email: 'ada.lovelace@example.org', password }
      assert.match(assertRefused(await call('POST', 'users', body), 400, 'user_password_invalid'), message)
    }
    const moved = { email: 'grace.hopper@example.com', password: 'grace hopper' }
    const refused = assertRefused(await call('PATCH', pathOf(user_id), moved), 400, 'user_password_invalid')
    assert.match(refused, /email address/, 'the new address counts, not the old one')
    await setDictionary({ enable: false })
    assert.equal((await call('PATCH', pathOf(user_id), { password: 'password' })).status, 200)
  })

  test('a name is as long as its characters', async () => {
    const { user_id } = await create()
    const name = '𝒳'.repeat(300)
    assert.equal((await call('PATCH', pathOf(user_id), { name })).body.name, name)
    const refused = await call('PATCH', pathOf(user_id), { name: `${name}x` })
    assert.match(assertRefused(refused, 400, 'invalid_body'), /name.* must have at most 300 characters/)
  })

  test('a deleted user is gone with everything that was theirs, and a new one of the same id has nothing of it', async () => {
    const [{ user_id }, stranger] = [await create({ user_id: 'doomed' }), await create()]
    const method = { id: 'm', userId: user_id, name: 'Code', createdAt: new Date(NOW), codeHash: 'h' }
    await insertRecoveryCode(api.db, TENANT, method)
    await api.db
      .insertInto('factor_failures')
      .values({ tenant_id: TENANT, user_id, factor: 'otp', failures: 1 })
      .execute()
    for (const model of ['Session', 'Grant', 'AuthorizationCode', 'RefreshToken']) {
      await open(user_id, model)
      await open(stranger.user_id, model)
    }
    assert.equal((await call('DELETE', pathOf(user_id))).status, 204)
    assertRefused(await call('GET', pathOf(user_id)), 404, 'inexistent_user')
    assert.deepEqual([await openOf(user_id), await openOf(stranger.user_id)], [0, 4])
    for (const table of ['authentication_methods', 'factor_failures'] as const) {
      assert.deepEqual(await api.db.selectFrom(table).select('user_id').where('user_id', '=', user_id).execute(), [])
    }
    assert.equal((await call('DELETE', pathOf(user_id))).status, 204)
    await open(user_id, 'Session') // written while the user was deleted
    await create({ user_id: 'doomed' })
    assert.equal(await openOf(user_id), 0)
  })
})
