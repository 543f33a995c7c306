import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CaseFile, readCases, replay } from '../../../test/kit/conformance.ts'
import type { Attributes } from '../snapshot/attributes.ts'
import type { RuleData } from '../snapshot/snapshot.ts'
import { compileSegment } from './segment.ts'

interface Given {
  readonly rules: readonly RuleData[]
  readonly attributes: Attributes
}

const { cases } = readCases<CaseFile<Given, boolean>>('segments.json')

replay('segment', cases, ({ rules, attributes }) => compileSegment({ id: 'seg_1', rules })(attributes))

test('an attribute that is not a text counts as absent', () => {
  const conditions = [{ attribute: 'country', operator: 'exists' }]
  const matches = compileSegment({ id: 'seg_1', rules: [{ groups: [{ kind: 'all', conditions }] }] })
  const attributes = JSON.parse('{"country":["US"]}')
  assert.equal(matches(attributes), false)
})
