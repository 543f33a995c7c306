import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CaseFile, readCases, replay } from '../../test/kit/conformance.ts'
import { compile } from './compile.ts'
import { decide } from './decide.ts'
import {
  type Assignment,
  type DecisionRequest,
  REASONS,
  type Reason,
  WARNINGS,
  type WarningCode,
} from './snapshot/decision.ts'
import type { SnapshotData } from './snapshot/snapshot.ts'

interface Given {
  readonly snapshot: string
  readonly request: DecisionRequest
}

interface Expect {
  readonly assignment: Assignment | null
  readonly reason: Reason
  readonly warnings: readonly WarningCode[]
}

interface DecisionCases extends CaseFile<Given, Expect> {
  readonly snapshots: { readonly [name: string]: SnapshotData }
}

const files = ['decisions', 'overrides', 'flows'].map(name => ({ name, ...readCases<DecisionCases>(`${name}.json`) }))

const compileNamed = ({ snapshots }: DecisionCases, name: string) =>
  compile(snapshots[name] ?? assert.fail(`no snapshot "${name}"`))

for (const file of files) {
  replay(file.name, file.cases, ({ snapshot, request }) => {
    const { assignment, reason, warnings } = decide(compileNamed(file, snapshot), request)
    return { assignment, reason, warnings: warnings.map(({ code }) => code) }
  })
}

test('every reason and every warning is documented in a sentence and expected by some case', () => {
  const expected = files.flatMap(({ cases }) => cases.map(({ expect }) => expect))
  assert.deepEqual(new Set(expected.map(({ reason }) => reason)), new Set(Object.keys(REASONS)))
  assert.deepEqual(new Set(expected.flatMap(({ warnings }) => warnings)), new Set(Object.keys(WARNINGS)))
  for (const doc of [...Object.values(REASONS), ...Object.values(WARNINGS)]) assert.match(doc, /^[A-Z].+\.$/)
})

const [decisions = assert.fail(), overrides = assert.fail()] = files

test('equal requests are answered with the same object: deciding allocates no answer', () => {
  const snapshot = compileNamed(decisions, 'percentage')
  const answer = () => decide(snapshot, { subjects: { device: 'device-1' }, attributes: {}, override: {} })
  assert.equal(answer(), answer())
})

test('what a request does not say is unknown', () => {
  assert.equal(decide(compileNamed(decisions, 'percentage'), {}).reason, 'subject_unknown')
  assert.equal(decide(compileNamed(decisions, 'segment'), {}).reason, 'auto_fallback')
})

test('a warning names the ids in question', () => {
  const snapshot = compileNamed(overrides, 'several')
  const experiment_id = 'exp_FuY7uqP5RLGpeHi2z3fGBh'
  const messages = [
    { experiment_id: 'exp_x' },
    { variation_id: 'var_x' },
    { variation_id: 'var_x', segment_id: 'seg_x' },
    { experiment_id, variation_id: 'var_x', segment_id: 'seg_x' },
  ].flatMap(override => decide(snapshot, { override }).warnings.map(({ message }) => message))
  assert.deepEqual(messages, [
    'Experiment "exp_x" does not exist: the override was ignored.',
    'Without experiment_id, variation_id "var_x" cannot be followed: the override was ignored.',
    'Without experiment_id, variation_id "var_x" and segment_id "seg_x" cannot be followed: the override was ignored.',
    `Experiment "${experiment_id}" has no variation "var_x": variation_id was ignored.`,
    `Experiment "${experiment_id}" has no allocation for segment "seg_x": segment_id was ignored.`,
  ])
})
