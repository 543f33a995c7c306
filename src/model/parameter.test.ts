import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchesType, PARAMETER_TYPES, parametersSchema, requireParameters, requireValue } from './parameter.ts'

const VALUES = { string: 'x', boolean: false, number: 0, array: [], object: {} }

test('each type takes its own values and none of the others, null included', () => {
  for (const type of PARAMETER_TYPES) {
    for (const [kind, value] of Object.entries(VALUES))
      assert.equal(matchesType(type, value), type === kind, `${type} ${kind}`)
    assert.ok(!matchesType(type, null))
    assert.ok(!matchesType(type, undefined))
  }
  assert.ok(!matchesType('number', Number.NaN))
})

test('a value may have 1,024 bytes of JSON and no more, counted in UTF-8', () => {
  requireValue('x', 'string', 'é'.repeat(511))
  assert.throws(() => requireValue('x', 'string', 'é'.repeat(512)), { code: 'parameter_value_too_large' })
})

test('a refused default is named by its path', () => {
  assert.throws(() => requireParameters({ 'my theme': { type: 'string', value: 1 } }), {
    code: 'parameter_type_mismatch',
    message: 'The value of parameters["my theme"] must be of type string.',
  })
})

const parameter = { type: 'string', value: '' }
const accepts = (parameters: unknown): boolean => parametersSchema.safeParse(parameters).success

test('a flag has 1 to 10 parameters', () => {
  const count = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`p${i}`, parameter]))
  assert.deepEqual(
    [0, 1, 10, 11].map(n => accepts(count(n))),
    [false, true, true, false],
  )
})

test('a parameter has a type and a value, and its name is not empty, not long and no trap', () => {
  assert.ok(!accepts({ '': parameter }))
  assert.ok(!accepts({ ['x'.repeat(256)]: parameter }))
  assert.ok(accepts({ constructor: parameter, ['x'.repeat(255)]: parameter }))
  assert.ok(!accepts(JSON.parse('{"__proto__": {"type": "string", "value": ""}}')))
  assert.ok(!accepts({ p: { type: 'string' } }))
  assert.ok(!accepts({ p: { type: 'date', value: '' } }))
  assert.ok(!accepts({ p: { ...parameter, description: 'x'.repeat(256) } }))
  assert.ok(!accepts({ p: { ...parameter, extra: 1 } }))
})
