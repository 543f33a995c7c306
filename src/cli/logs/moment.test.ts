import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logPositionBefore } from '../../model/log-id.ts'
import { parseMoment, toPosition } from './moment.ts'

const ID = `90020261121094512345${'0'.repeat(36)}`

test('a day begins at midnight in UTC; an instant says its zone', () => {
  assert.equal(parseMoment('2026-01-31'), Date.UTC(2026, 0, 31))
  assert.equal(parseMoment('2026-01-31T10:00Z'), Date.UTC(2026, 0, 31, 10))
  assert.equal(parseMoment('2026-01-31T10:00:00.250+02:00'), Date.UTC(2026, 0, 31, 8, 0, 0, 250))
})

test('what is no moment is refused, with the name of the flag and exit code 2', () => {
  const texts = [
    '',
    'today',
    '2026-1-1',
    '2026-02-30',
    '2026-02-30T10:00:00Z',
    '2026-01-31T10:00:00',
    '2026-01-31T25:00Z',
  ]
  for (const text of [...texts, '0001-01-01', '1e9', ID.slice(1), `${'9'.repeat(56)}`]) {
    assert.throws(() => toPosition(text, '--from'), { exitCode: 2, message: /^--from must be like/ }, text)
  }
})

test('a position is that of the moment, or the id itself', () => {
  assert.equal(toPosition('2026-01-31', '--to'), logPositionBefore(Date.UTC(2026, 0, 31)))
  assert.equal(toPosition(ID, '--to'), ID)
})
