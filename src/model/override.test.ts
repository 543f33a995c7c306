import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeOverrides, requireOverrides, toRawOverrides } from './override.ts'
import type { Parameters } from './parameter.ts'

const parameters: Parameters = {
  style: { type: 'string', value: 'page' },
  on: { type: 'boolean', value: false },
  shape: { type: 'object', value: { a: 1, b: 2 } },
}

test('both written forms are the same override', () => {
  assert.deepEqual(toRawOverrides({ style: { value: 'modal' }, on: true }), { style: 'modal', on: true })
})

test('an object whose only key is `value` is always the wrapped form', () => {
  assert.deepEqual(toRawOverrides({ shape: { value: { value: 1 } } }), { shape: { value: 1 } })
  assert.deepEqual(toRawOverrides({ shape: { value: 1, other: 2 } }), { shape: { value: 1, other: 2 } })
})

test('an override needs a parameter, its type, a bounded size and another value than the default', () => {
  const refused = (overrides: object, code: string) =>
    assert.throws(() => requireOverrides(parameters, { ...overrides }), { code })
  refused({ nothing: 1 }, 'override_unknown_parameter')
  refused({ toString: 1 }, 'override_unknown_parameter')
  refused({ on: 'yes' }, 'parameter_type_mismatch')
  refused({ on: null }, 'parameter_type_mismatch')
  refused({ style: 'x'.repeat(1024) }, 'parameter_value_too_large')
  refused({ style: 'page' }, 'override_equals_default')
  refused({ shape: { b: 2, a: 1 } }, 'override_equals_default')
  requireOverrides(parameters, { style: 'modal', on: true, shape: {} })
})

test('a change is merged key by key, as it is written; null removes a key, and null or {} removes all', () => {
  const stored = { style: 'modal', on: true }
  assert.deepEqual(changeOverrides(parameters, stored, { style: { value: 'popup' } }), {
    style: { value: 'popup' },
    on: true,
  })
  assert.deepEqual(changeOverrides(parameters, stored, { on: null, shape: {} }), { style: 'modal', shape: {} })
  assert.deepEqual(changeOverrides(parameters, stored, {}), {})
  assert.deepEqual(changeOverrides(parameters, stored, null), {})
  assert.throws(() => changeOverrides(parameters, stored, { nothing: null }), { code: 'override_unknown_parameter' })
})

test('a stored override that a new default has caught up with does not block other changes', () => {
  assert.deepEqual(changeOverrides(parameters, { style: 'page' }, { on: true }), { style: 'page', on: true })
})
