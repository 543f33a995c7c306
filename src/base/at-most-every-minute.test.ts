import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atMostEveryMinute } from './at-most-every-minute.ts'

test('the first of a minute is said, and the next a minute later', () => {
  const said: number[] = []
  let now = 0
  const say = atMostEveryMinute(
    (argument: number) => said.push(argument),
    () => now,
  )
  for (now of [0, 1, 59_999, 60_000, 60_001, 200_000]) say(now)
  assert.deepEqual(said, [0, 60_000, 200_000])
})
