import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LOG_EVENT_TYPES, logEventType } from '../../src/logs/events/index.ts'
import { logEventReference } from './log-events.ts'

test('the page lists every type once in its table and once as a section', () => {
  const page = logEventReference()
  for (const { type, doc } of LOG_EVENT_TYPES) {
    assert.equal(page.split(`\n## \`${type}\`\n`).length, 2, type)
    assert.equal(page.split(`| [\`${type}\`](#${type}) |`).length, 2, type)
    assert.ok(page.includes(doc), type)
  }
})

test('the examples on the page are the documents of the table', () => {
  const [, json] = /```json\n(.*?)\n```/s.exec(logEventReference([logEventType('s')])) ?? []
  assert.deepEqual(JSON.parse(json ?? ''), logEventType('s').examples[0])
})
