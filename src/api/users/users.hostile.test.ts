import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { assertRefused, ISSUER, TENANT } from '../../../test/kit/management-api.ts'
import { createUserApi, OTHER_TENANT, PASSWORD, USER_SCOPES } from '../../../test/kit/user-api.ts'
import { insertClientGrant } from '../../store/tenants/client-grant-store.ts'
import { insertClient } from '../../store/tenants/client-store.ts'
import { insertResourceServer } from '../../store/tenants/resource-server-store.ts'

describe('who may do what to which user', async () => {
  const { api, as, call, create, pathOf } = await createUserApi()
  after(() => api[Symbol.asyncDispose]())

  test('a user that does not exist is not found, and neither is a user of another tenant', async () => {
    const { user_id, email } = await create()
    const other = OTHER_TENANT
    for (const nobody of ['auth0|nobody', '\0', '%', 'x'.repeat(3_000), "' or 1=1 --"]) {
      assertRefused(await call('GET', pathOf(nobody)), 404, 'inexistent_user')
      assertRefused(await call('PATCH', pathOf(nobody), { name: 'x' }), 404, 'inexistent_user')
      assert.equal((await call('DELETE', pathOf(nobody))).status, 204)
    }
    assertRefused(await call('GET', pathOf(user_id), undefined, other), 404, 'inexistent_user')
    assertRefused(await call('PATCH', pathOf(user_id), { name: 'x' }, other), 404, 'inexistent_user')
    assert.equal((await call('DELETE', pathOf(user_id), undefined, other)).status, 204)
    assert.deepEqual((await call('GET', 'users', undefined, other)).body, [])
    assert.deepEqual((await call('GET', `users-by-email?email=${email}`, undefined, other)).body, [])
    assert.equal((await call('GET', pathOf(user_id))).status, 200)
  })

  test('each verb needs its own scope, and the scope of app_metadata reaches nothing else', async () => {
    const { user_id } = await create()
    for (const [method, path, verb] of [
      ['GET', 'users', 'read'],
      ['GET', 'users-by-email?email=a', 'read'],
      ['GET', pathOf(user_id), 'read'],
      ['POST', 'users', 'create'],
      ['PATCH', pathOf(user_id), 'update'],
      ['DELETE', pathOf(user_id), 'delete'],
    ] as const) {
      const others = ['read', 'create', 'update', 'delete'].filter(other => other !== verb)
      const granted = await as(others.map(other => `${other}:users`).join(' '))
      assertRefused(await call(method, path, undefined, granted), 403, 'insufficient_scope')
    }
    const only = await as('update:users_app_metadata')
    const patched = await call('PATCH', pathOf(user_id), { app_metadata: { plan: 'x' } }, only)
    assert.deepEqual(patched.body.app_metadata, { plan: 'x' })
    for (const body of [{ app_metadata: {}, name: 'x' }, { user_metadata: { a: 1 } }, { password: PASSWORD }]) {
      assertRefused(await call('PATCH', pathOf(user_id), body, only), 403, 'insufficient_scope')
    }
  })

  test('who has fewer scopes than an administrator cannot take over or delete an administrator', async () => {
    const { user_id } = await create()
    await api.db.updateTable('users').set({ is_administrator: true }).where('user_id', '=', user_id).execute()
    const change = (body: object) => call('PATCH', pathOf(user_id), body)
    assert.equal((await change({ password: 'no application reaches the API' })).status, 200)
    const audience = `${ISSUER}api/v2/`
    await insertResourceServer(api.db, TENANT, {
      id: 'api_1',
      identifier: audience,
      name: 'API',
      scopes: [],
      tokenLifetime: 60,
      allowOfflineAccess: false,
      isSystem: true,
    })
    await insertClient(api.db, TENANT, {
      clientId: 'dashboard',
      name: 'Dashboard',
      appType: 'spa',
      sealedSecret: undefined,
      tokenEndpointAuthMethod: 'none',
      grantTypes: ['authorization_code'],
      callbacks: [],
      allowedLogoutUrls: [],
      metadata: {},
    })
    const scopes = ['update:users', 'delete:actions']
    await insertClientGrant(api.db, TENANT, { id: 'cgr_1', clientId: 'dashboard', audience, scopes })
    for (const body of [{ password: PASSWORD }, { email: 'mine@example.com' }, { blocked: true }]) {
      assert.match(assertRefused(await change(body), 403, 'insufficient_scope'), /lacks: delete:actions\./)
    }
    assertRefused(await call('DELETE', pathOf(user_id)), 403, 'insufficient_scope')
    const verbs = ['create', 'update', 'delete'].map(verb => `${verb}:authentication_methods`)
    const keys = `${pathOf(user_id)}/authentication-methods`
    const mine = { type: 'totp', name: 'mine' }
    for (const [method, path, body] of [
      ['POST', keys, mine],
      ['PUT', keys, [mine]],
      ['DELETE', keys, undefined],
      ['PATCH', `${keys}/totp|x`, { name: 'mine' }],
      ['DELETE', `${keys}/totp|x`, undefined],
    ] as const) {
      const answer = await call(method, path, body, await as(`${USER_SCOPES} ${verbs.join(' ')}`))
      assert.match(assertRefused(answer, 403, 'insufficient_scope'), /lacks: delete:actions\./, `${method} ${path}`)
    }
    assert.equal((await change({ name: 'The Administrator' })).status, 200)
    const whole = await as(`${USER_SCOPES} delete:actions`)
    assert.equal((await call('DELETE', pathOf(user_id), undefined, whole)).status, 204)
  })
})
