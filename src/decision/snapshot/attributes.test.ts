import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ATTRIBUTES, isAttributeName } from './attributes.ts'

const names = Object.keys(ATTRIBUTES).filter(isAttributeName)

test('there are eleven attributes, and each reads its own property', () => {
  assert.equal(names.length, 11)
  const attributes = Object.fromEntries(names.map(name => [name, `the ${name}`]))
  for (const name of names) assert.equal(ATTRIBUTES[name].read(attributes), `the ${name}`)
})

test('each attribute is documented in a sentence', () => {
  for (const name of names) assert.match(ATTRIBUTES[name].doc, /^[A-Z].+\.$/)
})

test('a property that every object has is no attribute', () => {
  assert.ok(!isAttributeName('constructor'))
  assert.ok(!isAttributeName('__proto__'))
})

test('an attribute whose values are listed ignores case, and no spelling means two values', () => {
  for (const { values, ignoresCase } of names.map(name => ATTRIBUTES[name])) {
    if (values === undefined) continue
    assert.ok(ignoresCase)
    const spellings = Object.entries(values).flatMap(([value, older]) => [value, ...older])
    assert.equal(new Set(spellings.map(spelling => spelling.toLowerCase())).size, spellings.length)
  }
})
