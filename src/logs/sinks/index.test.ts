import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { sql } from '../../store/database/migrations/0002-logs.ts'
import { isSinkType, SINKS, UNSUPPORTED_SINKS } from './index.ts'

const definedInFolder = (): readonly string[] =>
  readdirSync(import.meta.dirname)
    .filter(name => /^[a-z-]+\.ts$/.test(name))
    .filter(name => readFileSync(`${import.meta.dirname}/${name}`, 'utf8').includes(' = defineSink({'))
    .map(name => name.replace('.ts', ''))

test('every sink is a file of its name and a line in the table, and the database knows it', () => {
  assert.deepEqual(definedInFolder().toSorted(), Object.keys(SINKS).toSorted())
  for (const [name, { type, doc }] of Object.entries(SINKS)) {
    assert.equal(type, name)
    assert.match(doc, /^[A-Z].*\.$/)
    assert.ok(readdirSync(import.meta.dirname).includes(`${name}.test.ts`), `${name} has a test`)
  }
  const inDatabase = /type in \(([^)]*'file'[^)]*)\)/.exec(sql)?.[1]?.match(/\w+/g)
  assert.deepEqual(inDatabase?.toSorted(), Object.keys(SINKS).toSorted())
})

test('a type that cannot exist here has a sentence that says what to use instead', () => {
  for (const [type, sentence] of Object.entries(UNSUPPORTED_SINKS)) {
    assert.ok(!isSinkType(type))
    assert.match(sentence, new RegExp(`^The type ${type} .*\\. Use .*\\.$`))
  }
  assert.ok(!isSinkType('constructor'))
})
