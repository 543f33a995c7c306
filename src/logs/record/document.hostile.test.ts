import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type MadeUpFields, madeUp } from '../../../test/kit/tenant-log.ts'
import type { JsonObject } from '../../base/json.ts'
import { CUT, MAX_EVENT_BYTES, MAX_REFUSAL_BYTES } from './bounded-json.ts'
import { toLogText } from './document.ts'

const ORIGIN = { tenantName: 'dev', environmentName: 'self-hosted' }
const EXPERIMENT = {
  experiment_id: 'exp_a',
  variation_id: 'var_b',
  is_control: true,
  allocation_strategy: 'segment',
  assignment: 'auto',
  segment_id: 'seg_c',
} as const

const written = (fields: MadeUpFields, maxBytes = MAX_EVENT_BYTES) => {
  const text = toLogText(madeUp({ date: 0, ...fields }), ORIGIN)
  assert.ok(Buffer.byteLength(text) <= maxBytes, `${Buffer.byteLength(text)} bytes`)
  return { text, document: JSON.parse(text) }
}

const nested = (depth: number): JsonObject => JSON.parse(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`)

test('NUL bytes and lone surrogates become replacement characters, in values and in keys', () => {
  const { document } = written({ user_name: 'a\0b', details: { 'k\0': '\ud800x', ok: '😀 \\u0000' } })
  assert.equal(document.user_name, 'a\uFFFDb')
  assert.deepEqual(document.details, { 'k\uFFFD': '\uFFFDx', ok: '😀 \\u0000' })
})

test('an endless browser name is cut and marked', () => {
  const { document } = written({ user_agent: 'x'.repeat(100_000) })
  assert.ok(document.user_agent.endsWith(CUT))
  assert.ok(document.user_agent.length < 1_100)
})

test('what any stranger can bring about is small, and keeps what it is found by', () => {
  const long = 'é'.repeat(20_000)
  const refused: MadeUpFields = {
    type: 'feacft',
    ip: '203.0.113.7',
    description: `Service not found: ${long}`,
    ...{ client_id: long, client_name: long, user_agent: long, hostname: long, audience: long, scope: long },
    auth0_client: { name: long, version: '1', env: { [long]: long } },
    details: { error: { message: long }, requested_client_id: long, session_id: 's1' },
    experiment: EXPERIMENT,
  }
  const { document } = written(refused, MAX_REFUSAL_BYTES)
  assert.deepEqual([document.type, document.ip, document.details.session_id], ['feacft', '203.0.113.7', 's1'])
  assert.deepEqual(document.details.experiment, EXPERIMENT)
})

test('a refusal is small, with any details', () => {
  const anything = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 6 }), { maxKeys: 300, size: 'max' })
  fc.assert(
    fc.property(
      anything,
      details => void written({ type: 'fsa', details } as MadeUpFields, MAX_REFUSAL_BYTES), // fast-check types JSON as unknown
    ),
    { numRuns: 30 },
  )
})

test('one long text is cut and everything beside it stays', () => {
  const details = { body: 'é'.repeat(1_000_000), list: [1, 2, 3], session_id: 's1' }
  const { document } = written({ details, experiment: EXPERIMENT })
  assert.ok(document.details.body.endsWith(CUT))
  assert.deepEqual(document.details.list, [1, 2, 3])
  assert.deepEqual(document.details.experiment, EXPERIMENT)
})

test('an event of almost the greatest size is not cut', () => {
  const body = 'x'.repeat(MAX_EVENT_BYTES - 500)
  assert.equal(written({ details: { body } }).document.details.body, body)
})

test('a list of a million items is cut', () => {
  const { document } = written({ details: { list: Array.from({ length: 1_000_000 }, (_, index) => index) } })
  assert.equal(document.details.list.at(-1), CUT)
})

test('structures of any depth are cut before they overflow a stack', () => {
  for (const depth of [3_000, 200_000]) {
    const { text, document } = written({ details: nested(depth), experiment: EXPERIMENT })
    assert.ok(!text.includes('['.repeat(20)))
    assert.deepEqual(document.details.experiment, EXPERIMENT)
  }
})

test('an event that nothing makes small enough keeps its scalars and its join keys', () => {
  const wide = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, Array(20).fill('y'.repeat(200))]))
  const tree = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`t${i}`, wide]))
  const details = { session_id: 's1', transaction_id: 't1', tree, more: tree }
  const { document } = written({ user_id: 'auth0|1', details, auth0_client: tree, experiment: EXPERIMENT })
  assert.equal(document.user_id, 'auth0|1')
  assert.deepEqual(document.details, {
    cut: true,
    session_id: 's1',
    transaction_id: 't1',
    device_id: null,
    experiment: EXPERIMENT,
  })
})

test('the text is bounded, well formed and free of NUL for details of any JSON', () => {
  const anything = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary', maxDepth: 6 }))
  fc.assert(
    fc.property(anything, fc.string({ unit: 'binary', maxLength: 5_000 }), (details, user_agent) => {
      const { text } = written({ details, user_agent } as MadeUpFields) // fast-check types JSON as unknown
      assert.ok(text.isWellFormed())
      assert.doesNotMatch(text, /(?<!\\)(\\\\)*\\u(0000|d[89a-f])/)
    }),
    { numRuns: 300 },
  )
})
