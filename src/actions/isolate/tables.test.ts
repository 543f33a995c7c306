import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { builtinModules, isBuiltin } from 'node:module'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { bind, postLogin, run, startRunner } from '../../../test/kit/action-runner.ts'
import { PART_NAMES } from '../contract/part-names.ts'
import { GLOBALS } from './global-table.ts'
import { NODE_MODULES, REFUSED_MODULES, refusalOf } from './module-tables.ts'

const runner = startRunner()

/** What an expression is in an Action. */
const inAction = async (expression: string): Promise<unknown> => {
  const { effects } = await run(runner, [bind(postLogin(`api.idToken.setCustomClaim('value', ${expression})`))])
  const [effect] = effects
  assert.ok(effect?.kind === 'id_token_claim', JSON.stringify(effects))
  return effect.value
}

test('every file of parts/ is a part, and every part is a file', () => {
  const files = readdirSync(new URL('parts/', import.meta.url)).map(file => file.replace(/\.ts$/, ''))
  assert.deepEqual(files.sort(), [...PART_NAMES].sort())
})

test('every global beside those of the language is in the table, and every entry is a global', async () => {
  const language = new Set(runInNewContext('Object.getOwnPropertyNames(globalThis)'))
  const found = await inAction('Object.getOwnPropertyNames(globalThis)')
  assert.ok(Array.isArray(found))
  const documented = Object.keys(GLOBALS).flatMap(names => names.split(' '))
  // The language's own console is replaced.
  assert.deepEqual([...found.filter(name => !language.has(name)), 'console'].sort(), documented.sort())
  assert.deepEqual(await inAction(`${JSON.stringify(documented)}.filter(name => globalThis[name] === undefined)`), [])
})

test('every module of the table can be required, with and without its scheme', async () => {
  const names = JSON.stringify(Object.keys(NODE_MODULES))
  assert.deepEqual(await inAction(`${names}.filter(name => require(name) !== require('node:' + name))`), [])
})

test('every module of Node is either there or refused with a reason', () => {
  const builtin = builtinModules
  for (const name of builtin.filter(one => !one.startsWith('_'))) {
    const id = name.replace(/^node:/, '')
    const isThere = Object.hasOwn(NODE_MODULES, id)
    assert.ok(isThere || refusalOf(id) !== undefined || /^path\/win32$/.test(id), `${name} is in no table`)
  }
  for (const name of [...Object.keys(NODE_MODULES), ...Object.keys(REFUSED_MODULES)]) {
    assert.ok(isBuiltin(name) || isBuiltin(`node:${name}`), name)
  }
  assert.deepEqual(
    Object.keys(REFUSED_MODULES).filter(name => Object.hasOwn(NODE_MODULES, name)),
    [],
  )
})
