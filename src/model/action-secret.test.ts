import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replaceSecrets, secretContext } from './action-secret.ts'
import { toTenantId } from './ids.ts'

const seal = (name: string, value: string): string => `sealed(${name}=${value})`
const stored = [
  { name: 'A', sealed_value: 'old-a', updated_at: '2026-01-01T00:00:00.000Z' },
  { name: 'B', sealed_value: 'old-b', updated_at: '2026-01-01T00:00:00.000Z' },
]
const now = '2026-02-02T00:00:00.000Z'

test('the written list replaces the stored one, and a secret without a value keeps its own', () => {
  assert.deepEqual(replaceSecrets(stored, [{ name: 'C', value: '3' }, { name: 'A' }], seal, now), [
    { name: 'C', sealed_value: 'sealed(C=3)', updated_at: now },
    stored[0],
  ])
  assert.deepEqual(replaceSecrets(stored, [], seal, now), [])
})

test('an empty value is a value', () => {
  assert.equal(replaceSecrets(stored, [{ name: 'A', value: '' }], seal, now)[0]?.sealed_value, 'sealed(A=)')
})

test('a new secret without a value is refused by name', () => {
  assert.throws(() => replaceSecrets(stored, [{ name: 'NEW' }], seal, now), {
    code: 'action_secret_without_value',
    message: 'The secret "NEW" has no stored value to keep; give it one.',
  })
})

test('a secret is sealed for its tenant, its Action and its name', () => {
  const place = { tenantId: toTenantId('dev'), actionId: '910b1053-577f-4d81-a8c8-020e7319a38a', name: 'a/b' }
  assert.equal(secretContext(place), 'actions/dev/910b1053-577f-4d81-a8c8-020e7319a38a/secrets/a/b')
})
