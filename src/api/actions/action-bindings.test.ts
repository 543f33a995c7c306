import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createActionApi } from '../../../test/kit/action-api.ts'
import { assertRefused } from '../../../test/kit/management-api.ts'
import { TRIGGERS } from '../../actions/contract/triggers/index.ts'
import { toTenantId } from '../../model/ids.ts'
import { loadBoundActions } from '../../store/actions/action-binding-store.ts'
import { WIRE_TRIGGER_IDS } from './trigger.ts'

const PATH = '/triggers/post-login/bindings'

describe('bindings', async () => {
  const api = await createActionApi()
  after(() => api[Symbol.asyncDispose]())

  const byName = (value: string, display_name?: string) => ({ ref: { type: 'action_name', value }, display_name })
  const names = (body: { bindings: { display_name: string }[] }) => body.bindings.map(binding => binding.display_name)

  test('the triggers are those of the table, and each is one of the wire', async () => {
    const { status, body } = await api.act('GET', '/triggers')
    assert.equal(status, 200)
    assert.deepEqual(
      body.triggers.map(({ id, version, status }: Record<string, string>) => [id, version, status]),
      Object.values(TRIGGERS).map(({ id, version }) => [id, version, 'CURRENT']),
    )
    for (const id of Object.keys(TRIGGERS)) assert.ok(WIRE_TRIGGER_IDS.some(known => known === id))
  })

  test('a trigger runs the list that was written last, in its order', async () => {
    const one = await api.deployed({ name: 'One' })
    await api.deployed({ name: 'Two' })
    const written = await api.act('PATCH', PATH, {
      bindings: [byName('Two'), { ref: { type: 'action_id', value: one }, display_name: 'First' }],
    })
    assert.equal(written.status, 200)
    assert.deepEqual(names(written.body), ['Two', 'First'])
    const binding = written.body.bindings[1]
    assert.deepEqual([binding.trigger_id, binding.action.id], ['post-login', one])
    assert.deepEqual(binding.action, (await api.act('GET', `/actions/${one}`)).body)

    const { body } = await api.act('GET', PATH)
    assert.deepEqual(body, { total: 2, page: 0, per_page: 20, bindings: written.body.bindings })
    const second = await api.act('GET', `${PATH}?per_page=1&page=1`)
    assert.deepEqual([second.body.total, names(second.body)], [2, ['First']])
    const bound = await loadBoundActions(api.db, toTenantId('test'), 'post-login')
    assert.deepEqual(
      bound.map(({ name }) => name),
      ['Two', 'One'],
    )

    const reordered = await api.act('PATCH', PATH, {
      bindings: [{ ref: { type: 'binding_id', value: binding.id } }, byName('Two', 'Last')],
    })
    assert.deepEqual(names(reordered.body), ['First', 'Last'])
    assert.equal(reordered.body.bindings[0].id, binding.id)

    assert.deepEqual((await api.act('PATCH', PATH, { bindings: [] })).body, { bindings: [] })
    assert.equal((await api.act('GET', PATH)).body.total, 0)
  })

  test('a binding to what cannot run is refused by name, and the list stays as it was', async () => {
    await api.deployed({ name: 'Bound' })
    await api.create({ name: 'Draft' })
    await api.deployed({
      name: 'Signup',
      supported_triggers: [{ id: 'pre-user-registration' }],
      code: 'exports.onExecutePreUserRegistration = async () => {}',
    })
    await api.act('PATCH', PATH, { bindings: [byName('Bound')] })
    for (const [name, code] of [
      ['Draft', 'binding_not_deployed'],
      ['Signup', 'binding_wrong_trigger'],
      ['Nobody', 'binding_unknown_action'],
      ['Bound', 'binding_duplicate_action'],
    ] as const) {
      const answer = await api.act('PATCH', PATH, { bindings: [byName('Bound'), byName(name)] })
      assert.match(assertRefused(answer, 400, code), name === 'Bound' ? /bindings\[1\]/ : new RegExp(name))
    }
    assert.deepEqual(names((await api.act('GET', PATH)).body), ['Bound'])
  })

  test('a bound Action is deleted by force only, and leaves its trigger then', async () => {
    const id = await api.deployed({ name: 'Forced' })
    await api.act('PATCH', PATH, { bindings: [byName('Forced')] })
    assert.match(assertRefused(await api.act('DELETE', `/actions/${id}`), 400, 'action_bound'), /force=true/)
    assertRefused(await api.act('DELETE', `/actions/${id}?force=false`), 400, 'action_bound')
    assert.equal((await api.act('DELETE', `/actions/${id}?force=true`)).status, 204)
    assert.equal((await api.act('GET', PATH)).body.total, 0)
    assertRefused(await api.act('GET', `/actions/${id}`), 404, 'inexistent_action')
  })

  test('a trigger that this server does not run is refused by name', async () => {
    for (const trigger of ['credentials-exchange', 'nothing', '__proto__']) {
      const path = `/triggers/${trigger}/bindings`
      const message = assertRefused(await api.act('GET', path), 400, 'invalid_uri')
      assert.ok(message.includes(`"${trigger}"`) && message.includes('post-login'), message)
      assertRefused(await api.act('PATCH', path, { bindings: [] }), 400, 'invalid_uri')
    }
  })

  const ref = { type: 'action_name', value: 'Bound' }
  const bad: readonly [string, unknown, RegExp][] = [
    ['a binding without a reference', { bindings: [{}] }, /bindings\[0\]\.ref/],
    ['an unknown kind of reference', { bindings: [{ ref: { ...ref, type: 'id' } }] }, /bindings\[0\]\.ref\.type/],
    ['a reference to nothing', { bindings: [{ ref: { ...ref, value: '' } }] }, /bindings\[0\]\.ref\.value/],
    ['secrets of a binding', { bindings: [{ ref, secrets: [{}] }] }, /secrets belong to the Action/],
    ['an unknown key', { bindings: [{ ref, position: 1 }] }, /unknown key bindings\[0\]\.position/],
    ['21 bindings', { bindings: Array(21).fill({ ref }) }, /at most 20 bindings/],
  ]
  for (const [what, body, message] of bad) {
    test(`${what} is refused with the path`, async () => {
      assert.match(assertRefused(await api.act('PATCH', PATH, body), 400, 'invalid_body'), message)
    })
  }
})
