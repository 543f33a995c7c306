import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { API } from './api/index.ts'
import { TRIGGERS } from './triggers/index.ts'

const filesIn = (folder: string): string[] =>
  readdirSync(new URL(`${folder}/`, import.meta.url)).filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts'))

/** Files of `api/` that are about methods without being one. */
const NOT_METHODS = ['factor.ts', 'index.ts', 'kind.ts', 'method.ts', 'restricted-claims.ts']

test('every file of api/ is a method of the table, under its path, and every entry has a file', () => {
  const methods = filesIn('api').filter(file => !NOT_METHODS.includes(file))
  assert.deepEqual(methods.map(file => file.replace(/\.ts$/, '')).sort(), [...API.keys()].sort())
})

test('every file of triggers/ is a trigger of the table, under its id, and every entry has a file', () => {
  const triggers = filesIn('triggers').filter(file => !['index.ts', 'trigger.ts'].includes(file))
  assert.deepEqual(triggers.map(file => file.replace(/\.ts$/, '')).sort(), Object.keys(TRIGGERS).sort())
  for (const [id, trigger] of Object.entries(TRIGGERS)) assert.equal(trigger.id, id)
})

test('a trigger lists the methods that name it, and no others', () => {
  for (const { id, methods } of Object.values(TRIGGERS)) {
    const naming = [...API.values()].filter(({ triggers }) => triggers.includes(id)).map(({ path }) => path)
    assert.deepEqual([...methods].sort(), naming.sort(), id)
  }
})

test('every method leaves an effect or an answer, and says what it and its arguments are for', () => {
  for (const { path, doc, parameters, answer, effects } of API.values()) {
    assert.ok(answer ?? effects, path)
    assert.ok(doc.endsWith('.'), path)
    for (const parameter of parameters) assert.ok(parameter.doc.endsWith('.'), `${path} ${parameter.name}`)
  }
})

/** What files of methods may import beside each other and types: constants, and functions that need nothing of Node. */
const IN_ISOLATES = ['../limits.ts', '../../../base/characters.ts']

test('methods run in isolates: their files import nothing but each other, types, limits and pure functions', async () => {
  const { readFile } = await import('node:fs/promises')
  for (const file of filesIn('api')) {
    const text = await readFile(new URL(`api/${file}`, import.meta.url), 'utf8')
    for (const [, names, from = ''] of text.matchAll(/^import ([^;']*?) from '([^']*)'$/gm)) {
      assert.ok(
        from.startsWith('./') || IN_ISOLATES.includes(from) || names?.startsWith('type '),
        `${file} imports ${from}`,
      )
    }
  }
})
