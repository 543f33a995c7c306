import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ATTRIBUTES } from '../decision/snapshot/attributes.ts'
import { OPERATORS } from '../decision/targeting/operators/index.ts'
import { requireRuleSizes, segmentRuleSchema, toRuleData } from './segment-rule.ts'

const accepts = (rule: unknown): boolean => segmentRuleSchema.safeParse(rule).success

test('match is all of its attributes, not_match is none of them, and a list asks for equality', () => {
  const rule = segmentRuleSchema.parse({
    match: { device_type: ['mobile', 'tablet'], user_agent: { contains: ['Firefox'] } },
    not_match: { country: ['US'], region: { exists: false } },
  })
  assert.deepEqual(toRuleData(rule).groups, [
    {
      kind: 'all',
      conditions: [
        { attribute: 'device_type', operator: 'in', value: ['mobile', 'tablet'] },
        { attribute: 'user_agent', operator: 'contains', value: ['Firefox'] },
      ],
    },
    {
      kind: 'none',
      conditions: [
        { attribute: 'country', operator: 'in', value: ['US'] },
        { attribute: 'region', operator: 'exists', value: false },
      ],
    },
  ])
})

test('the form of the tutorials is kept as it is written', () => {
  const rule = {
    match_type: 'any',
    conditions: [
      { attribute: 'country', operator: 'equals', value: 'US' },
      { attribute: 'region', operator: 'not_exists' },
    ],
  }
  assert.deepEqual(segmentRuleSchema.parse(rule), rule)
  assert.deepEqual(toRuleData(segmentRuleSchema.parse(rule)), {
    groups: [{ kind: 'any', conditions: rule.conditions }],
  })
})

test('every attribute and every operator of the engine can be written', () => {
  for (const attribute of Object.keys(ATTRIBUTES)) {
    assert.ok(accepts({ match: { [attribute]: ['x'] } }), attribute)
    assert.ok(accepts({ match_type: 'all', conditions: [{ attribute, operator: 'in', value: ['x'] }] }), attribute)
  }
  for (const operator of Object.keys(OPERATORS)) {
    const value = operator.endsWith('exists') ? true : 'x'
    assert.ok(accepts({ match_type: 'all', conditions: [{ attribute: 'country', operator, value }] }), operator)
  }
})

const REFUSED: Readonly<Record<string, unknown>> = {
  'an empty rule': {},
  'an empty group': { match: {} },
  'an unknown attribute': { match: { planet: ['earth'] } },
  'eleven attributes': { match: Object.fromEntries(Object.keys(ATTRIBUTES).map(name => [name, ['x']])) },
  'an empty list': { match: { country: [] } },
  'a long string': { match: { country: ['x'.repeat(1025)] } },
  'two expressions at once': { match: { country: { contains: ['a'], starts_with: ['b'] } } },
  'a bare string': { match: { country: 'DE' } },
  'both forms at once': { match: { country: ['DE'] }, match_type: 'all', conditions: [] },
  'no conditions': { match_type: 'all', conditions: [] },
  'an unknown operator': { match_type: 'all', conditions: [{ attribute: 'country', operator: 'regex', value: 'x' }] },
  'a text operator without a value': { match_type: 'all', conditions: [{ attribute: 'country', operator: 'equals' }] },
  'a text operator with a boolean': {
    match_type: 'all',
    conditions: [{ attribute: 'country', operator: 'equals', value: true }],
  },
  'a presence operator with a text': {
    match_type: 'all',
    conditions: [{ attribute: 'country', operator: 'exists', value: 'yes' }],
  },
}

for (const [what, rule] of Object.entries(REFUSED)) {
  test(`${what} is refused`, () => assert.ok(!accepts(rule)))
}

test('a rule has at most 4 KB, and all rules together 10 KB', () => {
  const rule = (bytes: number) => ({ match: { country: Array.from({ length: bytes / 1000 }, () => 'x'.repeat(997)) } })
  requireRuleSizes([rule(4000)])
  assert.throws(() => requireRuleSizes([rule(3000), rule(5000)]), { code: 'segment_too_large', message: /rules\[1\]/ })
  assert.throws(() => requireRuleSizes([rule(4000), rule(4000), rule(3000)]), { code: 'segment_too_large' })
})
