import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash } from '@node-rs/argon2'
import { QueueFull } from '../../base/turns.ts'
import { createPasswordHasher } from './password-hasher.ts'

const hasher = createPasswordHasher(2, 10)

const NETWORK = '203.0.113.7'

test('a password fits its own hash and no other does', async () => {
  const stored = await hasher.hash('correct horse', NETWORK)
  assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.equal(await hasher.verify(stored, 'correct horse', NETWORK), true)
  assert.equal(await hasher.verify(stored, 'wrong horse', NETWORK), false)
  assert.equal(hasher.isOutdated(stored), false)
})

test('without a user the answer is no', async () => {
  assert.equal(await hasher.verify(undefined, 'the password of nobody', NETWORK), false)
})

test('a stored text that is no hash fits nothing', async () => {
  assert.equal(await hasher.verify('plain', 'plain', NETWORK), false)
})

test('a hash made with weaker parameters still fits and is outdated', async () => {
  const weak = await hash('correct horse', { memoryCost: 8_192, timeCost: 1, parallelism: 1 })
  assert.equal(await hasher.verify(weak, 'correct horse', NETWORK), true)
  assert.equal(hasher.isOutdated(weak), true)
})

test('beyond the waiting room passwords are refused instead of piling up', async () => {
  const busy = createPasswordHasher(1, 2)
  const results = await Promise.allSettled(Array.from({ length: 6 }, () => busy.hash('correct horse', NETWORK)))
  const refused = results.filter(result => result.status === 'rejected')
  assert.equal(refused.length, 3)
  assert.ok(refused.every(({ reason }) => reason instanceof QueueFull))
})

test('a flood of one network keeps another one neither waiting nor out', async () => {
  const busy = createPasswordHasher(1, 100)
  const stored = await busy.hash('correct horse', NETWORK)
  let ended = 0
  const guess = async () => {
    await busy.verify(stored, 'wrong horse', NETWORK)
    ended += 1
  }
  const flood = Promise.allSettled(Array.from({ length: 1_000 }, guess))
  await busy.hash('correct horse', '198.51.100.7')
  assert.ok(ended <= 2, `${ended} guesses came first`)
  const refused = (await flood).filter(({ status }) => status === 'rejected')
  assert.equal(refused.length, 899)
})

test('checking an unknown user takes about as long as checking a known one', async () => {
  const stored = await hasher.hash('correct horse', NETWORK)
  const median = async (expected: string | undefined): Promise<number> => {
    const times: number[] = []
    for (let round = 0; round < 9; round += 1) {
      const started = performance.now()
      await hasher.verify(expected, 'wrong horse', NETWORK)
      times.push(performance.now() - started)
    }
    return times.toSorted((a, b) => a - b)[4] ?? 0
  }
  await median(undefined) // the hash for an unknown user is made once
  const ratio = (await median(undefined)) / (await median(stored))
  assert.ok(ratio > 0.25 && ratio < 4, `ratio ${ratio}`)
})
