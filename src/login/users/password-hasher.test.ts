import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash } from '@node-rs/argon2'
import { QueueFull } from '../../base/turns.ts'
import { createPasswordHasher } from './password-hasher.ts'

const hasher = createPasswordHasher(2, 10)

test('a password fits its own hash and no other does', async () => {
  const stored = await hasher.hash('correct horse')
  assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.equal(await hasher.verify(stored, 'correct horse'), true)
  assert.equal(await hasher.verify(stored, 'wrong horse'), false)
  assert.equal(hasher.isOutdated(stored), false)
})

test('without a user the answer is no', async () => {
  assert.equal(await hasher.verify(undefined, 'the password of nobody'), false)
})

test('a stored text that is no hash fits nothing', async () => {
  assert.equal(await hasher.verify('plain', 'plain'), false)
})

test('a hash made with weaker parameters still fits and is outdated', async () => {
  const weak = await hash('correct horse', { memoryCost: 8_192, timeCost: 1, parallelism: 1 })
  assert.equal(await hasher.verify(weak, 'correct horse'), true)
  assert.equal(hasher.isOutdated(weak), true)
})

test('beyond the waiting room passwords are refused instead of piling up', async () => {
  const busy = createPasswordHasher(1, 2)
  const results = await Promise.allSettled(Array.from({ length: 6 }, () => busy.hash('correct horse')))
  const refused = results.filter(result => result.status === 'rejected')
  assert.equal(refused.length, 3)
  assert.ok(refused.every(({ reason }) => reason instanceof QueueFull))
})

test('checking an unknown user takes about as long as checking a known one', async () => {
  const stored = await hasher.hash('correct horse')
  const median = async (expected: string | undefined): Promise<number> => {
    const times: number[] = []
    for (let round = 0; round < 9; round += 1) {
      const started = performance.now()
      await hasher.verify(expected, 'wrong horse')
      times.push(performance.now() - started)
    }
    return times.toSorted((a, b) => a - b)[4] ?? 0
  }
  await median(undefined) // the hash of nobody is made once
  const ratio = (await median(undefined)) / (await median(stored))
  assert.ok(ratio > 0.25 && ratio < 4, `ratio ${ratio}`)
})
