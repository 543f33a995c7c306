import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createActiveFlag, createExperiment, createFlag, createSegment } from '../../test/kit/experimentation.ts'
import { createTestApi, OPERATIONS, signToken, TENANT, type TestApi } from '../../test/kit/management-api.ts'

const scope = [...new Set(OPERATIONS.flatMap(({ scopes }) => scopes))].join(' ')
const headers = { authorization: `Bearer ${await signToken({ scope })}` }

/** Creates something through the API and returns its id. */
const create = async (api: TestApi, path: string, body: object): Promise<string> => {
  const answer = await api.call('POST', `/api/v2/${path}`, body, headers)
  assert.ok(answer.status < 300, JSON.stringify(answer.body))
  return answer.body.id ?? answer.body.user_id
}

const createUser = async (api: TestApi): Promise<string> => {
  const user = { connection: 'Users', email: 'ada@example.com', password: 'countess of lovelace' }
  return encodeURIComponent(await create(api, 'users', user))
}

/** For each operation that changes something, the address of one. */
const PATHS: Readonly<Record<string, (api: TestApi) => Promise<string>>> = {
  update_experiment: async api =>
    `experimentation/experiments/${await createExperiment(api, await createActiveFlag(api))}`,
  update_feature_flag: async api => `experimentation/feature-flags/${await createFlag(api)}`,
  update_variation: async api => {
    const { flag, treatment } = await createActiveFlag(api)
    return `experimentation/feature-flags/${flag}/variations/${treatment}`
  },
  update_segment: async api => `experimentation/segments/${await createSegment(api)}`,
  update_experimentation_settings: async () => 'experimentation/settings',
  patch_users_by_id: async api => `users/${await createUser(api)}`,
  'patch_authentication-methods_by_authentication_method_id': async api => {
    const methods = `users/${await createUser(api)}/authentication-methods`
    return `${methods}/${encodeURIComponent(await create(api, methods, { type: 'totp', name: 'Phone' }))}`
  },
  patch_connections_by_id: async () => 'connections/con_1',
  patch_log_stream: async api => {
    const stream = { type: 'http', sink: { httpEndpoint: 'https://hooks.example.com' } }
    return `log-streams/${await create(api, 'log-streams', stream)}`
  },
  patch_action: async api => {
    const supported_triggers = [{ id: 'post-login', version: 'v3' }]
    return `actions/actions/${await create(api, 'actions/actions', { name: 'Nothing', supported_triggers })}`
  },
  patch_bindings: async () => 'actions/triggers/post-login/bindings',
}

describe('a change of nothing', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())
  await api.db
    .insertInto('connections')
    .values({ tenant_id: TENANT, connection_id: 'con_1', name: 'Users', strategy: 'auth0', options: '{}' })
    .execute()

  for (const { id } of OPERATIONS.filter(({ method }) => method === 'patch')) {
    test(`${id} answers {} with the object as it is`, async () => {
      const path = `/api/v2/${await PATHS[id]?.(api)}`
      const before = await api.call('GET', path, undefined, headers)
      assert.equal(before.status, 200, JSON.stringify(before.body))
      const { status, body } = await api.call('PATCH', path, {}, headers)
      assert.equal(status, 200, JSON.stringify(body))
      assert.partialDeepStrictEqual(before.body, body)
      assert.deepEqual((await api.call('GET', path, undefined, headers)).body, before.body)
      await api.db.deleteFrom('users').execute()
    })
  }

  test('{} finds nothing where there is nothing', async () => {
    for (const [noun, code] of [
      ['experiments/exp_x', 'inexistent_experiment'],
      ['feature-flags/flg_x', 'inexistent_feature_flag'],
      ['segments/seg_x', 'inexistent_segment'],
    ]) {
      const { status, body } = await api.call('PATCH', `/${noun}`, {})
      assert.deepEqual([status, body.errorCode], [404, code])
    }
  })
})
