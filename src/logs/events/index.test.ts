import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { documentProblems } from '../../../test/kit/document-problems.ts'
import type { LogEventType } from './define-events.ts'
import { LOG_EVENT_TYPES, LOG_EVENTS, logEventType } from './index.ts'

test('the table has every entry of every family in the folder', async () => {
  const families = readdirSync(import.meta.dirname).filter(name => name.endsWith('-family.ts'))
  const modules: Record<string, Record<string, LogEventType>>[] = await Promise.all(
    families.map(name => import(join(import.meta.dirname, name))),
  )
  const entries = modules.flatMap(module => Object.values(module).flatMap(family => Object.entries(family)))
  assert.deepEqual(
    entries.map(([type]) => type).sort(),
    Object.keys(LOG_EVENTS).sort(),
    'two families have the same type, or the table lacks a family',
  )
  for (const [type, entry] of entries) assert.equal(logEventType(entry.type as keyof typeof LOG_EVENTS), entry, type) // an entry of the table
})

test('every example is a valid document of its type, and the first shows the default description', () => {
  for (const entry of LOG_EVENT_TYPES) {
    for (const example of entry.examples) {
      assert.deepEqual(documentProblems(example, entry), [])
      assert.equal(example.type, entry.type)
    }
    assert.equal(entry.examples[0].description, entry.description)
  }
})

test('every entry is documented in one sentence', () => {
  for (const entry of LOG_EVENT_TYPES) assert.match(entry.doc, /^[A-Z].+\.$/, entry.type)
})

test('a missing and an unknown field are both named', () => {
  const s = logEventType('s')
  const { user_id: _, ...rest } = s.examples[0]
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
