import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLogId } from './log-id.ts'

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
