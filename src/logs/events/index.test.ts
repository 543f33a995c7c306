import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { documentProblems } from './document-problems.ts'
import { LOG_EVENT_TYPES, LOG_EVENTS } from './index.ts'
import { s } from './s.ts'

const NOT_EVENTS = ['index.ts', 'event-type.ts', 'fields.ts', 'document-problems.ts']

test('the table of events and the folder hold the same types', () => {
  const files = readdirSync(import.meta.dirname).filter(
    name => !name.endsWith('.test.ts') && !NOT_EVENTS.includes(name),
  )
  const expected = Object.keys(LOG_EVENTS).map(type => `${type.replaceAll('_', '-')}.ts`)
  assert.deepEqual(files.sort(), expected.sort())
})

test('every entry stands under its own code', () => {
  for (const [code, entry] of Object.entries(LOG_EVENTS)) assert.equal(entry.type, code)
})

test('every example is a valid document of its type and shows the default description', () => {
  for (const entry of LOG_EVENT_TYPES) {
    for (const example of [entry.example, ...(entry.furtherExamples ?? [])]) {
      assert.deepEqual(documentProblems(example, entry), [])
      assert.equal(example.type, entry.type)
    }
    assert.equal(entry.example.description, entry.description)
  }
})

test('every entry is documented in one sentence', () => {
  for (const entry of LOG_EVENT_TYPES) assert.match(entry.doc, /^[A-Z].+\.$/, entry.type)
})

test('a missing and an unknown field are both named', () => {
  const { user_id: _, ...rest } = s.example
  assert.deepEqual(documentProblems({ ...rest, colour: 'red' }, s), ['s lacks user_id', 's has no field colour'])
})

/** Others that a stranger brings about by failing, by coming too often, or by asking for an experiment that does not exist. */
const BY_STRANGERS = ['limit_wc', 'limit_mu', 'api_limit', 'w', 'fpar']

test('every failure of a login, and nothing else but its notifications, is a refusal', () => {
  for (const { type, category, isRefusal } of LOG_EVENT_TYPES) {
    const isFailure = category.endsWith('.fail') || /^gd_.*(failed|exceed)$/.test(type)
    assert.equal(isRefusal === true, isFailure || BY_STRANGERS.includes(type), type)
  }
})
