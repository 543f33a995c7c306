import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import type { AuthenticationMethod } from '../../../store/users/authentication-method-store.ts'
import { enrolledFactors, FACTORS, isFactorName } from './index.ts'

const NOT_FACTORS = ['index.ts', 'factor.ts']

test('the table of factors and the folder hold the same names', () => {
  const files = readdirSync(import.meta.dirname).filter(
    name => !name.endsWith('.test.ts') && !NOT_FACTORS.includes(name),
  )
  assert.deepEqual(
    files.toSorted(),
    Object.keys(FACTORS)
      .map(name => `${name}.ts`)
      .toSorted(),
  )
})

test('every factor stands under its own name, and its pages are its own', () => {
  for (const [name, factor] of Object.entries(FACTORS)) assert.equal(factor.name, name)
  const paths = Object.values(FACTORS).flatMap(({ challengePath, enrollmentPath }) => [challengePath, enrollmentPath])
  assert.equal(new Set(paths).size, paths.length)
})

test('names that are not in the table are no factors', () => {
  for (const name of ['phone', 'email', 'push-notification', 'toString', '__proto__', '']) {
    assert.equal(isFactorName(name), false, name)
  }
})

test('a passkey is no second factor', () => {
  // Only the type is read.
  const methods = ['passkey', 'totp'].map(type => ({ type })) as unknown as AuthenticationMethod[]
  assert.deepEqual(enrolledFactors(methods), ['otp'])
})
