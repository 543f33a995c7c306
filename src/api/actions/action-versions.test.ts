import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { CODE, createActionApi, newName } from '../../../test/kit/action-api.ts'
import { startRunner } from '../../../test/kit/action-runner.ts'
import { assertRefused } from '../../../test/kit/management-api.ts'

const UNKNOWN = '910b1053-577f-4d81-a8c8-020e7319a38a'

describe('deploying an Action', async () => {
  const api = await createActionApi()
  after(() => api[Symbol.asyncDispose]())

  test('makes a version with the packages that were bundled', async () => {
    const secrets = [{ name: 'KEY', value: 'hush' }]
    const id = await api.create({ dependencies: [{ name: 'axios' }], secrets })
    const { status, body } = await api.act('POST', `/actions/${id}/deploy`)
    assert.equal(status, 202)
    const { id: version, action, created_at, updated_at, built_at, supported_triggers, ...rest } = body
    assert.deepEqual(
      { ...rest, secrets: rest.secrets.map(({ name }: { name: string }) => name) },
      {
        action_id: id,
        number: 1,
        deployed: true,
        status: 'built',
        errors: [],
        code: CODE,
        dependencies: [{ name: 'axios', version: '1.2.3' }],
        runtime: 'node22',
        secrets: ['KEY'],
        modules: [],
      },
    )
    assert.equal(supported_triggers[0].id, 'post-login')
    assert.ok(built_at === created_at && updated_at === created_at)
    assert.deepEqual([action.id, action.all_changes_deployed], [id, true])
    assert.deepEqual((await api.act('GET', `/actions/${id}/versions/${version}`)).body, body)
    const whole = (await api.act('GET', `/actions/${id}`)).body
    assert.deepEqual([whole.deployed_version, whole.dependencies], [body, body.dependencies])
  })

  test('with a package that cannot be resolved makes a failed version that says which', async () => {
    const id = await api.deployed()
    await api.act('PATCH', `/actions/${id}`, { dependencies: [{ name: 'no-such-package' }] })
    const { status, body } = await api.act('POST', `/actions/${id}/deploy`)
    assert.equal(status, 202)
    assert.deepEqual(
      [body.status, body.deployed, body.number, body.errors],
      ['failed', false, 2, [{ id: 'dependency', msg: 'no-such-package@latest: the registry does not have it' }]],
    )
    assert.ok(!('built_at' in body))
    const action = (await api.act('GET', `/actions/${id}`)).body
    assert.deepEqual([action.status, action.deployed_version.number], ['failed', 1])
  })

  test('at its creation, with a package that cannot be resolved, says in the answer which', async () => {
    const { status, body } = await api.act('POST', '/actions', {
      name: newName(),
      supported_triggers: [{ id: 'post-login' }],
      code: CODE,
      dependencies: [{ name: 'no-such-package' }],
      deploy: true,
    })
    assert.deepEqual([status, body.status, body.all_changes_deployed], [201, 'failed', false])
    const { deployed_version: version } = body
    assert.deepEqual(
      [version.status, version.deployed, version.number, version.errors],
      ['failed', false, 1, [{ id: 'dependency', msg: 'no-such-package@latest: the registry does not have it' }]],
    )
    assert.deepEqual((await api.act('GET', `/actions/${body.id}/versions/${version.id}`)).body, version)
    assert.ok(!('deployed_version' in (await api.act('GET', `/actions/${body.id}`)).body), 'nothing is deployed')
  })

  test('without a handler, or with a module that does not load, fails with the reason and the position', async () => {
    const empty = await api.create({ code: undefined })
    const missing = (await api.act('POST', `/actions/${empty}/deploy`)).body
    assert.deepEqual([missing.status, missing.errors[0].id], ['failed', 'missing'])
    assert.match(missing.errors[0].msg, /onExecutePostLogin/)
    const broken = await api.create({ code: `${CODE}\n\n  nothing.here()` })
    const failed = (await api.act('POST', `/actions/${broken}/deploy`)).body
    assert.deepEqual([failed.status, failed.errors[0].id], ['failed', 'error'])
    assert.match(failed.errors[0].msg, /nothing is not defined \(line 3, column 3\)/)
    assertRefused(
      await api.act('POST', `/actions/${broken}/versions/${failed.id}/deploy`, {}),
      400,
      'action_version_not_built',
    )
  })

  test('again gives the next number, and every version stays readable as it was', async () => {
    const id = await api.deployed()
    const [first] = (await api.act('GET', `/actions/${id}/versions`)).body.versions
    await api.act('PATCH', `/actions/${id}`, { code: `${CODE} // 2` })
    await api.act('POST', `/actions/${id}/deploy`)
    const { body } = await api.act('GET', `/actions/${id}/versions`)
    assert.deepEqual([body.total, body.page, body.per_page], [2, 0, 20])
    assert.deepEqual(
      body.versions.map(({ number, code, deployed }: Record<string, unknown>) => [number, code, deployed]),
      [
        [2, `${CODE} // 2`, true],
        [1, CODE, false],
      ],
    )
    const again = (await api.act('GET', `/actions/${id}/versions/${first.id}`)).body
    assert.deepEqual({ ...again, deployed: true, action: first.action }, first)
    const page = (await api.act('GET', `/actions/${id}/versions?per_page=1&page=1`)).body
    assert.deepEqual([page.total, page.versions.length, page.versions[0].number], [2, 1, 1])
  })

  test("another Action's version, and one that never was, are not found", async () => {
    const [one, two] = [await api.deployed(), await api.deployed()]
    const [{ id }] = (await api.act('GET', `/actions/${one}/versions`)).body.versions
    for (const version of [id, UNKNOWN, 'nothing']) {
      const path = `/actions/${two}/versions/${version}`
      assertRefused(await api.act('GET', path), 404, 'inexistent_action_version')
      assertRefused(await api.act('POST', `${path}/deploy`, {}), 404, 'inexistent_action_version')
    }
  })

  test('for another trigger is refused while the Action is bound', async () => {
    const id = await api.deployed()
    await api.act('PATCH', '/triggers/post-login/bindings', {
      bindings: [{ ref: { type: 'action_id', value: id } }],
    })
    const code = 'exports.onExecutePostUserRegistration = async () => {}'
    await api.act('PATCH', `/actions/${id}`, { supported_triggers: [{ id: 'post-user-registration' }], code })
    const message = assertRefused(await api.act('POST', `/actions/${id}/deploy`), 400, 'action_bound')
    assert.match(message, /unbind it/)
  })
})

describe('rolling back', async () => {
  const api = await createActionApi()
  after(() => api[Symbol.asyncDispose]())

  /** An Action with two versions, of which the second is deployed. */
  const createHistory = async () => {
    const id = await api.deployed({ secrets: [{ name: 'OLD', value: '1' }] })
    const [{ id: old }] = (await api.act('GET', `/actions/${id}/versions`)).body.versions
    await api.act('PATCH', `/actions/${id}`, { code: `${CODE} // 2`, secrets: [] })
    await api.act('POST', `/actions/${id}/deploy`)
    return { id, path: `/actions/${id}/versions/${old}/deploy` }
  }

  test('deploys a copy under the next number and leaves the draft', async () => {
    const { id, path } = await createHistory()
    const { status, body } = await api.act('POST', path, {})
    assert.equal(status, 202)
    assert.deepEqual([body.number, body.code, body.deployed, body.secrets[0].name], [3, CODE, true, 'OLD'])
    const action = (await api.act('GET', `/actions/${id}`)).body
    assert.deepEqual([action.code, action.all_changes_deployed], [`${CODE} // 2`, false])
  })

  test('takes the draft along when asked', async () => {
    const { id, path } = await createHistory()
    await api.act('POST', path, { update_draft: true })
    const action = (await api.act('GET', `/actions/${id}`)).body
    assert.deepEqual([action.code, action.all_changes_deployed, action.secrets[0].name], [CODE, true, 'OLD'])
  })

  test('needs no body, and takes null for one', async () => {
    const { path } = await createHistory()
    assert.equal((await api.act('POST', path)).status, 202)
    assert.equal((await api.act('POST', path, 'null')).status, 202)
    assertRefused(await api.act('POST', path, '[]'), 400, 'invalid_body')
  })
})

describe('a sandbox in trouble', () => {
  const check = (kind: 'busy' | 'platform') => async () => ({ errors: [{ kind, message: 'not now' }], handlers: [] })
  const runner = startRunner()

  test('is not the fault of the code: nothing is saved, no version is written, and a retry makes sense', async () => {
    let trouble: 'busy' | 'platform' | undefined
    await using api = await createActionApi({
      runner: {
        run: request => runner.run(request),
        check: (code, trigger) => (trouble ? check(trouble)() : runner.check(code, trigger)),
      },
    })
    const id = await api.create()
    trouble = 'busy'
    assertRefused(await api.act('PATCH', `/actions/${id}`, { code: CODE }), 429, 'too_many_requests')
    assertRefused(await api.act('POST', `/actions/${id}/deploy`), 429, 'too_many_requests')
    trouble = 'platform'
    assertRefused(await api.act('POST', `/actions/${id}/deploy`), 503, 'service_unavailable')
    trouble = undefined
    assert.equal((await api.act('GET', `/actions/${id}/versions`)).body.total, 0)
    assert.equal((await api.act('POST', `/actions/${id}/deploy`)).body.status, 'built')
  })
})

test('a package with a character that cannot be stored fails the deployment', async () => {
  await using api = await createActionApi({
    build: async (code, dependencies) => ({ program: `${code}\n'\0'`, dependencies }),
  })
  const { body } = await api.act('POST', `/actions/${await api.create()}/deploy`)
  assert.deepEqual(body.errors, [{ id: 'dependency', msg: 'a dependency contains the character NUL' }])
})

test('a program that does not load is explained by the native add-on in it', async () => {
  await using api = await createActionApi({
    build: async (code, dependencies) => ({
      program: `${code}\nif (dependency) throw new Error('no add-on')`.replace(
        'dependency',
        String(dependencies.length),
      ),
      dependencies,
      addOns: ['compiled@1.0.0 has a native add-on'],
    }),
  })
  const failing = await api.create({ dependencies: [{ name: 'compiled', version: '1.0.0' }] })
  const { body } = await api.act('POST', `/actions/${failing}/deploy`)
  assert.deepEqual(
    body.errors.map(({ id, msg }: { id: string; msg: string }) => [id, msg.replace(/ \(.*/, '')]),
    [
      ['dependency', 'compiled@1.0.0 has a native add-on'],
      ['error', 'Error: no add-on'],
    ],
  )
  const loading = (await api.act('POST', `/actions/${await api.create()}/deploy`)).body
  assert.deepEqual([loading.status, loading.errors], ['built', []], 'a program that loads needs no explanation')
})
