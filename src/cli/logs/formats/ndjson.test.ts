import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ndjson } from './ndjson.ts'

test('each event is a line with the document as the API returns it', () => {
  const events = [
    { log_id: '1', user_name: 'a\nb\u2028c' },
    { log_id: '2', details: { experiment: { is_control: true } } },
  ]
  const encoder = ndjson.createEncoder({ isExact: true })
  const text = `${encoder.add(events)}${encoder.add([])}${encoder.end()}`
  assert.ok(text.endsWith('\n'))
  assert.deepEqual(
    text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line)),
    events,
  )
})
