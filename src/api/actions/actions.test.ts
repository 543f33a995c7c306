import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { CODE, createActionApi, newName } from '../../../test/kit/action-api.ts'
import { assertRefused } from '../../../test/kit/management-api.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const POST_LOGIN = {
  id: 'post-login',
  version: 'v3',
  status: 'CURRENT',
  runtimes: ['node12', 'node16', 'node18', 'node22'],
  default_runtime: 'node22',
  compatible_triggers: [],
  binding_policy: 'trigger-bound',
}

describe('Actions', async () => {
  const api = await createActionApi()
  after(() => api[Symbol.asyncDispose]())

  test('a new Action is a built draft of which nothing is deployed', async () => {
    const name = newName()
    const { status, body } = await api.act('POST', '/actions', {
      name,
      supported_triggers: [{ id: 'post-login', version: 'v3' }],
      code: CODE,
      dependencies: [{ name: 'axios', version: '1.7.0' }, { name: '@scope/pkg' }],
      secrets: [{ name: 'API_KEY', value: 'hush' }],
    })
    assert.equal(status, 201)
    assert.match(body.id, UUID)
    const { id, created_at, updated_at, built_at, secrets, ...rest } = body
    assert.deepEqual(rest, {
      name,
      supported_triggers: [POST_LOGIN],
      all_changes_deployed: false,
      code: CODE,
      dependencies: [
        { name: 'axios', version: '1.7.0' },
        { name: '@scope/pkg', version: 'latest' },
      ],
      runtime: 'node22',
      modules: [],
      status: 'built',
    })
    assert.deepEqual(secrets, [{ name: 'API_KEY', updated_at: created_at }])
    assert.ok(updated_at === created_at && built_at === created_at)
    assert.deepEqual((await api.act('GET', `/actions/${id}`)).body, body)
  })

  test('without code, an Action holds the empty module of the wire', async () => {
    const id = await api.create({ code: undefined })
    assert.equal((await api.act('GET', `/actions/${id}`)).body.code, 'module.exports = () => {}')
  })

  test('deploy=true deploys what was created', async () => {
    const id = await api.create({ deploy: true })
    const { body } = await api.act('GET', `/actions/${id}`)
    assert.deepEqual([body.all_changes_deployed, body.deployed_version.number], [true, 1])
  })

  test('values of secrets are not in any answer, any row, or any log event', async () => {
    const id = await api.create({ secrets: [{ name: 'KEY', value: 'the-value-of-the-secret' }] })
    await api.act('PATCH', `/actions/${id}`, { secrets: [{ name: 'KEY', value: 'the-value-of-the-secret' }] })
    await api.act('POST', `/actions/${id}/deploy`)
    const rows = [
      await api.db.selectFrom('actions').selectAll().execute(),
      await api.db.selectFrom('action_versions').selectAll().execute(),
    ]
    const answers = [await api.act('GET', '/actions'), await api.act('GET', `/actions/${id}/versions`)]
    for (const seen of [rows, answers, api.events]) assert.doesNotMatch(JSON.stringify(seen), /the-value-of-the-secret/)
  })

  test('a change of the draft leaves the deployed version, and its deployment is due', async () => {
    const id = await api.deployed()
    const changed = `${CODE} // changed`
    const { status, body } = await api.act('PATCH', `/actions/${id}`, { code: changed })
    assert.equal(status, 200)
    assert.deepEqual([body.code, body.all_changes_deployed, body.deployed_version.code], [changed, false, CODE])
    assert.ok(body.updated_at > body.created_at)
  })

  test('a new name changes no content', async () => {
    const id = await api.deployed()
    const name = newName()
    const { body } = await api.act('PATCH', `/actions/${id}`, { name })
    assert.deepEqual([body.name, body.all_changes_deployed], [name, true])
    assert.equal(body.deployed_version.action.name, name)
  })

  test('the list of secrets is replaced; one without a value keeps its value and its date', async () => {
    const id = await api.create({
      secrets: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    })
    const before = (await api.act('GET', `/actions/${id}`)).body.secrets
    const { body } = await api.act('PATCH', `/actions/${id}`, { secrets: [{ name: 'C', value: '3' }, before[0]] })
    assert.deepEqual(
      body.secrets.map(({ name }: { name: string }) => name),
      ['C', 'A'],
    )
    assert.deepEqual(body.secrets[1], before[0])
    assert.ok(body.secrets[0].updated_at > before[0].updated_at)
    const answer = await api.act('PATCH', `/actions/${id}`, { secrets: [{ name: 'B' }] })
    assert.match(assertRefused(answer, 400, 'action_secret_without_value'), /"B"/)
  })

  test('names are unique in the tenant', async () => {
    const name = newName()
    const body = { name, supported_triggers: [{ id: 'post-login' }] }
    await api.act('POST', '/actions', body)
    assertRefused(await api.act('POST', '/actions', body), 409, 'action_exists')
    const other = await api.create()
    assertRefused(await api.act('PATCH', `/actions/${other}`, { name }), 409, 'action_exists')
  })

  test('what is not there is not found, and is deleted as if it had been', async () => {
    for (const id of ['910b1053-577f-4d81-a8c8-020e7319a38a', 'nothing', "'; drop table actions"]) {
      const path = `/actions/${encodeURIComponent(id)}`
      assertRefused(await api.act('GET', path), 404, 'inexistent_action')
      assertRefused(await api.act('PATCH', path, {}), 404, 'inexistent_action')
      assertRefused(await api.act('POST', `${path}/deploy`), 404, 'inexistent_action')
      assertRefused(await api.act('POST', `${path}/test`, { payload: {} }), 404, 'inexistent_action')
      assertRefused(await api.act('GET', `${path}/versions`), 404, 'inexistent_action')
      assert.equal((await api.act('DELETE', path)).status, 204)
    }
  })

  test('the trigger of a draft can change with its code, or when the code fits both', async () => {
    const id = await api.create()
    const trigger = { supported_triggers: [{ id: 'pre-user-registration' }] }
    const refused = await api.act('PATCH', `/actions/${id}`, trigger)
    assert.match(assertRefused(refused, 400, 'action_handler_missing'), /onExecutePreUserRegistration/)
    const code = 'exports.onExecutePreUserRegistration = async () => {}'
    const { body } = await api.act('PATCH', `/actions/${id}`, { ...trigger, code })
    assert.deepEqual(
      body.supported_triggers.map(({ id: trigger, version }: { id: string; version: string }) => [trigger, version]),
      [['pre-user-registration', 'v2']],
    )
  })

  test('code that misses a module is saved, because the dependency may come next', async () => {
    const id = await api.create({ code: `const axios = require('axios')\n${CODE}` })
    assert.equal((await api.act('GET', `/actions/${id}`)).body.status, 'built')
  })
})

describe('the list of Actions', async () => {
  const api = await createActionApi()
  after(() => api[Symbol.asyncDispose]())
  const code = 'exports.onExecutePreUserRegistration = async () => {}'
  const ids = [
    await api.create({ name: 'One' }),
    await api.deployed({ name: 'Two' }),
    await api.create({ name: 'Three', supported_triggers: [{ id: 'pre-user-registration' }], code }),
  ]

  const list = async (query: string) => {
    const { status, body } = await api.act('GET', `/actions${query}`)
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }
  const found = async (query: string) => (await list(query)).actions.map(({ name }: { name: string }) => name)

  test('is in order of creation, with its total and its page', async () => {
    const { actions, ...rest } = await list('')
    assert.deepEqual(
      actions.map(({ id }: { id: string }) => id),
      ids,
    )
    assert.deepEqual(rest, { total: 3, page: 0, per_page: 20 })
  })

  test('is cut into pages, and a page beyond the end is empty', async () => {
    assert.deepEqual(await found('?per_page=2'), ['One', 'Two'])
    assert.deepEqual(await found('?per_page=2&page=1'), ['Three'])
    assert.deepEqual(await list('?per_page=100&page=7'), { total: 3, page: 7, per_page: 100, actions: [] })
  })

  test('is filtered by trigger, name, deployment and origin', async () => {
    assert.deepEqual(await found('?triggerId=post-login'), ['One', 'Two'])
    assert.deepEqual(await found('?triggerId=credentials-exchange'), [])
    assert.deepEqual(await found('?actionName=Two'), ['Two'])
    assert.deepEqual(await found('?actionName=two'), [])
    assert.deepEqual(await found('?deployed=true'), ['Two'])
    assert.deepEqual(await found('?deployed=false&triggerId=post-login'), ['One'])
    assert.deepEqual(await found('?installed=true'), [])
    assert.deepEqual(await found('?installed=false&actionName=One'), ['One'])
  })

  for (const query of ['page=-1', 'page=x', 'per_page=0', 'per_page=101', 'deployed=1', 'triggerId=nothing', 'q=1']) {
    test(`refuses ${query}`, async () => {
      const message = assertRefused(await api.act('GET', `/actions?${query}`), 400, 'invalid_query_string')
      assert.ok(message.includes(query.split('=')[0] ?? ''), message)
    })
  }
})

test('each operation asks for its scope', async () => {
  await using api = await createActionApi()
  assertRefused(await api.call('GET', '/api/v2/actions/actions'), 403, 'insufficient_scope')
  assertRefused(await api.call('POST', '/api/v2/actions/actions', {}), 403, 'insufficient_scope')
})
