import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateSpan } from './date-span.ts'

const SPANS: readonly (readonly [text: string, from: string, before: string])[] = [
  ['2018', '2018-01-01T00:00:00.000Z', '2019-01-01T00:00:00.000Z'],
  ['2018-12', '2018-12-01T00:00:00.000Z', '2019-01-01T00:00:00.000Z'],
  ['2024-02', '2024-02-01T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
  ['2018-12-18', '2018-12-18T00:00:00.000Z', '2018-12-19T00:00:00.000Z'],
  ['2019-01-01T01:00', '2019-01-01T01:00:00.000Z', '2019-01-01T01:01:00.000Z'],
  ['2019-01-01T01:00:00', '2019-01-01T01:00:00.000Z', '2019-01-01T01:00:01.000Z'],
  ['2019-01-01T01:00:00.5', '2019-01-01T01:00:00.500Z', '2019-01-01T01:00:00.501Z'],
  ['2019-01-01T01:00:00.123456Z', '2019-01-01T01:00:00.123Z', '2019-01-01T01:00:00.124Z'],
  ['2019-01-01T01:00:00+02:00', '2018-12-31T23:00:00.000Z', '2018-12-31T23:00:01.000Z'],
  ['2019-01-01T01:00:00-0130', '2019-01-01T02:30:00.000Z', '2019-01-01T02:30:01.000Z'],
]

for (const [text, from, before] of SPANS) {
  test(`${text} is all the time from ${from} to ${before}`, () => {
    assert.deepEqual(dateSpan(text), { from: Date.parse(from), before: Date.parse(before) })
  })
}

for (const text of ['', '18', '2018-13', '2018-02-30', '2018-1-1', '2018-12-18T25:00', '2018-12-18 10:00', 'now-1d']) {
  test(`"${text}" is no date`, () => assert.equal(dateSpan(text), undefined))
}
