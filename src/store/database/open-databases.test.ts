import assert from 'node:assert/strict'
import { test } from 'node:test'
import { poolSizes } from './open-databases.ts'

test('all pools and the listener together use what is allowed, and each has a connection', () => {
  for (let max = 6; max <= 1_000; max += 1) {
    const { durable, volatile, management } = poolSizes(max)
    assert.equal(durable + volatile + management + 1, max)
    assert.ok(Math.min(durable, volatile, management) >= 1)
    assert.ok(durable >= 2 && durable >= volatile, `${max}`)
  }
})

test('the Management API has about a third, and the logins the rest', () => {
  assert.deepEqual(poolSizes(20), { durable: 7, volatile: 6, management: 6 })
  assert.deepEqual(poolSizes(6), { durable: 2, volatile: 1, management: 2 })
})
