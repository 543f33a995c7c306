import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type CaseFile, readCases } from '../../test/kit/conformance.ts'
import { compile } from './compile.ts'
import { decide } from './decide.ts'
import { ATTRIBUTES, isAttributeName } from './snapshot/attributes.ts'
import { REASONS, WARNINGS } from './snapshot/decision.ts'
import { FLOWS_BY_MOMENT } from './snapshot/flow.ts'
import type { RuleData, SnapshotData } from './snapshot/snapshot.ts'
import { compileSegment } from './targeting/segment.ts'

interface WithSnapshots extends CaseFile<unknown, unknown> {
  readonly snapshots: { readonly [name: string]: SnapshotData }
}

const data = ['decisions', 'overrides', 'flows'].flatMap(name =>
  Object.values(readCases<WithSnapshots>(`${name}.json`).snapshots),
)
const snapshots = data.map(compile)
const ids = data.flatMap(({ experiments, segments }) => [
  ...experiments.flatMap(({ id, variations }) => [id, ...variations.map(variation => variation.id)]),
  ...segments.map(({ id }) => id),
])

/** A value as JavaScript could pass it in spite of the types. */
const untyped = <Value>(arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<Value> => arbitrary as fc.Arbitrary<Value> // what these tests are about

const id = fc.oneof(
  fc.constantFrom(...ids, '', '__proto__', 'constructor'),
  fc.string({ unit: 'binary' }),
  fc.anything(),
)
const values = (keys: readonly string[], value: fc.Arbitrary<unknown>) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.record(Object.fromEntries(keys.map(key => [key, value])), { requiredKeys: [] }) },
    { weight: 1, arbitrary: fc.anything() },
  )
const text = fc.oneof(fc.constantFrom('mobile', 'US', 'us'), fc.anything())
const request = fc.record(
  {
    flow: fc.oneof(fc.constantFrom(...Object.values(FLOWS_BY_MOMENT).flat(), '__proto__'), fc.anything()),
    subjects: values(['device', 'user', 'session'], fc.oneof(fc.string({ unit: 'binary' }), fc.anything())),
    attributes: values(Object.keys(ATTRIBUTES), text),
    override: values(['experiment_id', 'variation_id', 'segment_id'], id),
  },
  { requiredKeys: [] },
)

test('a flow that is no text is as absent as one that is missing', () => {
  for (const snapshot of snapshots) {
    for (const flow of [Object.create(null), Symbol.iterator, 7, null])
      assert.deepEqual(decide(snapshot, { flow }), decide(snapshot, {}))
  }
})

test('no request makes it throw, and each is answered with a known reason and known warnings', () => {
  const anyRequest = untyped<Parameters<typeof decide>[1]>(request)
  fc.assert(
    fc.property(fc.constantFrom(...snapshots), anyRequest, (snapshot, given) => {
      const { assignment, reason, warnings } = decide(snapshot, given)
      assert.ok(Object.hasOwn(REASONS, reason))
      assert.equal(assignment === null, REASONS[reason].startsWith('No assignment'))
      for (const { code, message } of warnings) {
        assert.ok(Object.hasOwn(WARNINGS, code))
        assert.match(message, /^[ -~]{1,1000}$/, 'a warning is one short printable line')
      }
      assert.deepEqual(decide(snapshot, given), { assignment, reason, warnings }, 'the same again')
    }),
    { numRuns: 2000 },
  )
})

test('a decision changes neither its request nor its snapshot', () => {
  const given = { subjects: { device: 'd' }, attributes: { country: 'US' }, override: { experiment_id: 'exp_x' } }
  const before = structuredClone(given)
  for (const snapshot of snapshots) decide(snapshot, given)
  assert.deepEqual(given, before)
})

test('an id of a megabyte with control characters leaves a short warning of printable text', () => {
  const [snapshot = assert.fail()] = snapshots
  const [warning] = decide(snapshot, { override: { experiment_id: 'x\n\u0000\u009b\u2028'.repeat(200_000) } }).warnings
  assert.match(warning?.message ?? '', /^Experiment "x\\n\\u0000\\u009b\\u2028x[ -~]{1,400}$/)
})

test('a subject of a megabyte is assigned like any other', () => {
  const [snapshot = assert.fail()] = snapshots
  assert.equal(decide(snapshot, { subjects: { device: 'a\ud800'.repeat(500_000) } }).reason, 'auto_percentage')
})

test('any rules compile, and the segment answers with a boolean for any attributes', () => {
  const condition = fc.record({
    attribute: fc.oneof(fc.constantFrom(...Object.keys(ATTRIBUTES)), fc.string()),
    operator: fc.oneof(fc.constantFrom('equals', 'not_in', 'contains', 'exists'), fc.string()),
    value: fc.anything(),
  })
  const group = fc.record({
    kind: fc.constantFrom('all', 'any', 'none'),
    conditions: fc.array(condition, { maxLength: 3 }),
  })
  const rules = untyped<RuleData[]>(
    fc.array(fc.record({ groups: fc.array(group, { maxLength: 3 }) }), { maxLength: 3 }),
  )
  const attributes = fc.dictionary(fc.constantFrom(...Object.keys(ATTRIBUTES).filter(isAttributeName)), fc.string())
  fc.assert(
    fc.property(rules, attributes, (given, known) => {
      assert.equal(typeof compileSegment({ id: 'seg_1', rules: given })(known), 'boolean')
    }),
  )
})
