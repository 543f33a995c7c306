import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { sql } from 'kysely'
import { CODE, createActionApi } from '../../../test/kit/action-api.ts'
import { assertRefused } from '../../../test/kit/management-api.ts'
import { LIMITS } from '../../actions/contract/limits.ts'

describe('bad input', async () => {
  const api = await createActionApi()
  after(() => api[Symbol.asyncDispose]())
  const good = { name: 'Hostile', supported_triggers: [{ id: 'post-login' }], code: CODE }
  const secret = (index: number) => ({ name: `S${index}`, value: 'v' })
  const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at))

  const bodies: readonly [what: string, wishes: object, message: RegExp][] = [
    ['no trigger', { supported_triggers: undefined }, /missing key supported_triggers/],
    ['an empty list of triggers', { supported_triggers: [] }, /exactly one trigger/],
    ['two triggers', { supported_triggers: [{ id: 'post-login' }, { id: 'post-login' }] }, /exactly one trigger/],
    ['an unknown trigger', { supported_triggers: [{ id: 'pre-login' }] }, /supported_triggers\[0\]\.id: .*"pre-login"/],
    ['a trigger named after a prototype', { supported_triggers: [{ id: 'constructor' }] }, /"constructor"/],
    [
      'an older version of a trigger',
      { supported_triggers: [{ id: 'post-login', version: 'v1' }] },
      /supported_triggers\[0\]\.version: this server runs version v3 of post-login/,
    ],
    ['an empty name', { name: '' }, /name: must not be empty/],
    ['a name of two lines', { name: 'a\nb' }, /name: must be one line/],
    ['a long name', { name: 'x'.repeat(256) }, /name: must have at most 255/],
    ['code that is no text', { code: 1 }, /code/],
    ['code that is too large', { code: `//${'x'.repeat(LIMITS.codeBytes)}` }, /code: is larger than 100000 bytes/],
    ['an unknown runtime', { runtime: 'deno' }, /runtime: must be one of node12/],
    ['11 dependencies', { dependencies: many(11, at => ({ name: `p${at}` })) }, /at most 10 dependencies/],
    ['a dependency twice', { dependencies: [{ name: 'p' }, { name: 'p' }] }, /dependencies: p is named twice/],
    [
      'a path as a dependency',
      { dependencies: [{ name: '../../etc' }] },
      /dependencies: "\.\.\/\.\.\/etc" is not the name of a package/,
    ],
    ['an address as a dependency', { dependencies: [{ name: 'https://x/y' }] }, /dependencies: "https:\/\/x\/y"/],
    ['an address as a version', { dependencies: [{ name: 'p', version: 'https://x' }] }, /dependencies: p: "https:/],
    [
      'a registry of its own',
      { dependencies: [{ name: 'p', registry_url: 'https://evil.example' }] },
      /dependencies\[0\]\.registry_url: packages come from/,
    ],
    ['31 secrets', { secrets: many(31, secret) }, /at most 30 secrets/],
    ['a secret twice', { secrets: [secret(1), secret(1)] }, /secrets: names a secret twice/],
    ['a long name of a secret', { secrets: [{ name: 'x'.repeat(129), value: '' }] }, /secrets\[0\]\.name: .* 128/],
    ['a long secret', { secrets: [{ name: 'x', value: 'x'.repeat(4097) }] }, /secrets\[0\]\.value: .* 4096/],
    ['a secret named __proto__', { secrets: [{ name: '__proto__', value: '' }] }, /secrets\[0\]\.name: is not allowed/],
    ['a code module', { modules: [{ module_id: 'x' }] }, /modules: code modules are not available/],
    ['an unknown key', { codes: '' }, /unknown key codes/],
  ]
  for (const [what, wishes, message] of bodies) {
    test(`${what} is refused with the path, in a creation and in a change`, async () => {
      const created = await api.act('POST', '/actions', { ...good, ...wishes })
      assert.match(assertRefused(created, 400, 'invalid_body'), message)
      if (what === 'no trigger') return
      const changed = await api.act('PATCH', '/actions/910b1053-577f-4d81-a8c8-020e7319a38a', wishes)
      assert.match(assertRefused(changed, 400, 'invalid_body'), message)
    })
  }

  test('code that does not compile is refused with line and column', async () => {
    const answer = await api.act('POST', '/actions', { ...good, code: `${CODE}\n\n  const = 1` })
    assert.match(assertRefused(answer, 400, 'action_code_invalid'), /^code: .*Unexpected token.*\(line 3, column 9\)/)
  })

  test('an ES module and TypeScript do not compile', async () => {
    for (const code of ['export const onExecutePostLogin = async () => {}', `${CODE}\ninterface Event {}`]) {
      const answer = await api.act('POST', '/actions', { ...good, code })
      assert.match(assertRefused(answer, 400, 'action_code_invalid'), /line \d/)
    }
  })

  test("code without its trigger's handler is refused by the handler's name", async () => {
    for (const code of [
      'exports.onExecutePreUserRegistration = async () => {}',
      '',
      'exports.onExecutePostLogin = 1',
    ]) {
      const answer = await api.act('POST', '/actions', { ...good, code })
      assert.match(assertRefused(answer, 400, 'action_handler_missing'), /onExecutePostLogin/)
    }
  })

  test('code that closes the wrapper around it gains nothing', async () => {
    const answer = await api.act('POST', '/actions', { ...good, code: `}); ${CODE}; (function () {` })
    assert.equal(answer.status, 400)
    assert.ok(['action_code_invalid', 'action_handler_missing'].includes(answer.body.errorCode), answer.body.message)
  })

  test('nothing that was refused has been saved', async () => {
    assert.equal((await api.act('GET', '/actions')).body.total, 0)
  })

  test('code at the limit, a loop while it loads, and odd text are saved and read back', async () => {
    for (const code of [
      CODE.padEnd(LIMITS.codeBytes, ' '),
      `${CODE}\nfor (;;);`,
      `${CODE}; '\u2028 \u{1f511} \u0001'`,
    ]) {
      const id = await api.create({ code })
      assert.equal((await api.act('GET', `/actions/${id}`)).body.code, code)
    }
  })

  test('a module may throw any value while it loads: its deployment fails with it', async () => {
    for (const thrown of ["new Error('\\0\\ud800'.repeat(5000))", "'\\0'", 'null', '{ get message() { throw 1 } }']) {
      const id = await api.create({ code: `${CODE}\nthrow (${thrown})` })
      const { status, body } = await api.act('POST', `/actions/${id}/deploy`)
      assert.deepEqual([status, body.status, body.errors.length], [202, 'failed', 1], JSON.stringify(body))
      assert.deepEqual((await api.act('GET', `/actions/${id}/versions/${body.id}`)).body.errors, body.errors)
    }
  })

  test('thirty large secrets fit, with any name', async () => {
    const secrets = many(30, at => ({ name: `${at}"'\\/${'x'.repeat(100)}`, value: '🔑'.repeat(2048) }))
    const id = await api.create({ secrets })
    const { body } = await api.act('GET', `/actions/${id}`)
    assert.deepEqual(
      body.secrets.map(({ name }: { name: string }) => name),
      secrets.map(({ name }) => name),
    )
  })

  test('a sealed secret that was moved to another Action does not open there', async () => {
    const [from, to] = [await api.create({ secrets: [secret(1)] }), await api.create({ secrets: [secret(1)] })]
    const source = api.db.selectFrom('actions').select('secrets').where('action_id', '=', from)
    await api.db
      .updateTable('actions')
      .set({ secrets: sql`(${source})` })
      .where('action_id', '=', to)
      .execute()
    assertRefused(await api.act('POST', `/actions/${to}/test`, { payload: {} }), 500, 'internal_error')
    assert.equal((await api.act('POST', `/actions/${from}/test`, { payload: {} })).status, 200)
  })
})
