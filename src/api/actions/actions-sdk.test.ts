import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { ManagementClient } from 'auth0'
import { CODE, createActionApi } from '../../../test/kit/action-api.ts'
import { EVENT, postLogin } from '../../../test/kit/action-runner.ts'
import { OPERATIONS, signToken } from '../../../test/kit/management-api.ts'

/** The operations on Actions of the wire, with their scopes. */
const WIRE = `
get    /actions/actions                               get_actions               read:actions
post   /actions/actions                               post_action               create:actions
get    /actions/actions/{actionId}/versions           get_action_versions       read:actions
get    /actions/actions/{actionId}/versions/{id}      get_action_version        read:actions
post   /actions/actions/{actionId}/versions/{id}/deploy post_deploy_draft_version create:actions
get    /actions/actions/{id}                          get_action                read:actions
delete /actions/actions/{id}                          delete_action             delete:actions
patch  /actions/actions/{id}                          patch_action              update:actions
post   /actions/actions/{id}/deploy                   post_deploy_action        create:actions
post   /actions/actions/{id}/test                     post_test_action          create:actions
get    /actions/executions/{id}                       get_execution             read:actions
get    /actions/triggers                              get_triggers              read:actions
get    /actions/triggers/{triggerId}/bindings         get_bindings              read:actions
patch  /actions/triggers/{triggerId}/bindings         patch_bindings            update:actions
`
  .trim()
  .split('\n')
  .map(line => line.split(/ +/).join(' '))

test('the operations on Actions are exactly those of the wire', () => {
  const ours = OPERATIONS.filter(({ path }) => path.startsWith('/actions/'))
  assert.deepEqual(
    ours.map(({ method, path, id, scopes }) => [method, path, id, ...scopes].join(' ')).toSorted(),
    WIRE.toSorted(),
  )
})

describe('the auth0 SDK', async () => {
  const api = await createActionApi()
  after(() => api[Symbol.asyncDispose]())
  const verbs = ['create', 'read', 'update', 'delete']
  const { actions } = new ManagementClient({
    domain: 'tenant.test',
    token: await signToken({ scope: verbs.map(verb => `${verb}:actions`).join(' ') }),
    maxRetries: 0,
    fetch: async (input, init) => {
      const { pathname, search } = new URL(String(input))
      const { status, headers, body } = await api.request(pathname + search, init)
      return new Response(body === undefined ? null : JSON.stringify(body), { status, headers })
    },
  })

  test('takes an Action from its first draft to its end', async () => {
    const { id = '' } = await actions.create({
      name: 'sdk',
      supported_triggers: [{ id: 'post-login', version: 'v3' }],
      code: postLogin(`console.log('from the SDK')`),
      secrets: [{ name: 'KEY', value: 'hush' }],
    })
    const read = await actions.get(id)
    // What was read can be sent back as it is.
    await actions.update(id, {
      supported_triggers: read.supported_triggers ?? [],
      dependencies: read.dependencies ?? [],
      secrets: read.secrets ?? [],
      modules: read.modules ?? [],
    })
    const { payload } = await actions.test(id, { payload: EVENT })
    assert.match(String(payload?.logs), /from the SDK/)
    const version = await actions.deploy(id)
    assert.deepEqual([version.number, version.deployed, version.status], [1, true, 'built'])
    await actions.update(id, { code: CODE })
    await actions.deploy(id)
    await actions.versions.deploy(id, String(version.id))
    const numbers = []
    for await (const each of await actions.versions.list(id, { per_page: 2 })) numbers.push(each.number)
    assert.deepEqual(numbers, [3, 2, 1])
    assert.equal((await actions.versions.get(id, String(version.id))).deployed, false)

    await actions.triggers.bindings.updateMany('post-login', {
      bindings: [{ ref: { type: 'action_name', value: 'sdk' }, display_name: 'SDK' }],
    })
    const bindings = await actions.triggers.bindings.list('post-login')
    assert.deepEqual(
      bindings.data.map(({ display_name }) => display_name),
      ['SDK'],
    )
    const { triggers = [] } = await actions.triggers.list()
    assert.ok(triggers.some(trigger => trigger.id === 'post-login' && trigger.status === 'CURRENT'))
    const deployed = await actions.list({ deployed: true, triggerId: 'post-login' })
    assert.deepEqual(
      deployed.data.map(({ name }) => name),
      ['sdk'],
    )
    await assert.rejects(actions.delete(id), { statusCode: 400 })
    await actions.delete(id, { force: true })
    await assert.rejects(actions.get(id), { statusCode: 404 })
    await assert.rejects(actions.executions.get(id), { statusCode: 404 })
  })
})
