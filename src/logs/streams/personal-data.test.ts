import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { PII_FIELDS } from '../../model/log-stream.ts'
import { LOG_EVENT_TYPES } from '../events/index.ts'
import { PROFILE_KEYS, PROFILES, VALUES } from './personal-data.ts'
import { piiFilter } from './pii.ts'

const DOCUMENTS = LOG_EVENT_TYPES.flatMap(({ examples }) => examples)

/** Keys of profiles that mean something else where they stand, by type and path. */
const IMPERSONAL = [
  's details.prompts.*.name', // a stage of the login
  'gd_enrollment_complete details.enrollment.name', // of an authenticator
  'gd_unenroll details.enrollment.name',
  'actions_execution_failed details.action_error.name', // a class of errors
  'sapi details.request.body.name', // of a segment
  'sapi details.response.body.name',
  'sapi details.request.body.payload.event.client.name',
]

type Leaf = readonly [path: string, value: Json]

/** The values of a document by their paths, with `*` for every item of a list. */
const leavesOf = (value: Json, path: readonly string[] = []): Leaf[] => {
  if (Array.isArray(value)) return value.flatMap(item => leavesOf(item, [...path, '*']))
  if (isJsonObject(value))
    return Object.entries(value as JsonObject).flatMap(([key, inner]) => leavesOf(inner, [...path, key])) // JSON
  return [[path.join('.'), value]]
}

const KEYS = new Set(Object.values(PROFILE_KEYS).flat())

/** Paths whose value a filter changes. */
const hiddenIn = (document: JsonObject, ...fields: (typeof PII_FIELDS)[number][]): Set<string> => {
  const after = leavesOf(piiFilter({ log_fields: fields })(document))
  return new Set(leavesOf(document).flatMap(([path, value], n) => (after[n]?.[1] === value ? [] : [path])))
}

const callOf = (document: JsonObject): string =>
  String(leavesOf(document).find(([path]) => path === 'details.request.path')?.[1] ?? '')

const has = (document: JsonObject, path: string): boolean =>
  leavesOf(document).some(([leaf]) => leaf === path || leaf.startsWith(`${path}.`))

describe('the table of personal data', () => {
  test('names no place that no event has', () => {
    for (const path of Object.values(VALUES).flat())
      assert.ok(
        DOCUMENTS.some(document => has(document, path)),
        path,
      )
    for (const { path, call = /^/ } of PROFILES)
      assert.ok(
        DOCUMENTS.some(document => has(document, path) && call.test(callOf(document))),
        path,
      )
  })

  test('hides each field in some event', () => {
    for (const field of PII_FIELDS)
      assert.ok(
        DOCUMENTS.some(document => hiddenIn(document, field).size > 0),
        field,
      )
  })

  test('lacks no place of an event: what looks like personal data is hidden, or known to be none', () => {
    const left = DOCUMENTS.flatMap(document => {
      const hidden = hiddenIn(document, ...PII_FIELDS)
      return leavesOf(document)
        .filter(([, value]) => value !== '')
        .map(([path]) => path)
        .filter(path => path.split('.').some(step => KEYS.has(step)) && !hidden.has(path))
        .map(path => `${document.type} ${path}`)
    })
    assert.deepEqual([...new Set(left)].sort(), [...IMPERSONAL].sort())
  })

  test('covers every value that the examples say of their user', () => {
    const ADA = /ada\b|lovelace|london|\+44|nobody@/i
    for (const document of DOCUMENTS) {
      const left = leavesOf(piiFilter({ log_fields: [...PII_FIELDS] })(document)).filter(
        ([, value]) => typeof value === 'string' && ADA.test(value),
      )
      assert.deepEqual(left, [], String(document.type))
    }
  })
})
