import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLogId, logIdTime, logPositionBefore } from './log-id.ts'

const COUNTER = `${'0'.repeat(35)}7`

test('56 digits that begin with 900 and a time are a log id', () => {
  assert.ok(isLogId(`90020261121094512345${COUNTER}`))
  assert.ok(isLogId(`90020240229235959999${COUNTER}`))
})

test('anything else is none', () => {
  for (const text of [
    '',
    '42',
    `90020261121094512345${COUNTER}0`,
    `80020261121094512345${COUNTER}`,
    `90020261321094512345${COUNTER}`,
    `90020260230094512345${COUNTER}`,
    `90020261121244512345${COUNTER}`,
    `9002026112109451234x${COUNTER}`,
    `90020261121094512345${COUNTER}\n`,
    `９００20261121094512345${COUNTER}`,
  ]) {
    assert.ok(!isLogId(text), text)
  }
})

test('the time in an id is read back to the millisecond', () => {
  assert.equal(logIdTime(`90020261121094512345${COUNTER}`), Date.UTC(2026, 10, 21, 9, 45, 12, 345))
  assert.throws(() => logIdTime('42'), TypeError)
})

test('every id from a time on is behind the position of that time, and every earlier one is not', () => {
  const position = logPositionBefore(Date.UTC(2026, 10, 21))
  assert.ok(isLogId(position))
  assert.ok(`90020261121000000000${'0'.repeat(36)}` > position)
  assert.ok(`90020261120235959999${'9'.repeat(36)}` <= position)
})
