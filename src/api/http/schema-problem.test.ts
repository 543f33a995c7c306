import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { describeSchemaProblem, formatPath } from './schema-problem.ts'

const describe = (schema: z.ZodType, value: unknown): string => {
  const { error } = schema.safeParse(value)
  assert.ok(error)
  return describeSchemaProblem(error, value)
}

test('a path reads like code, and keys that are no words are quoted and cut', () => {
  assert.equal(formatPath(['allocations', 0, 'weight']), 'allocations[0].weight')
  assert.equal(formatPath(['parameters', 'my key', 'value']), 'parameters["my key"].value')
  assert.ok(formatPath(['x'.repeat(10_000)]).length < 300)
})

test('unknown and missing keys are named by their path', () => {
  const schema = z.strictObject({ list: z.array(z.strictObject({ a: z.string() })) })
  assert.equal(describe(schema, { list: [{ a: 'x', b: 1 }] }), 'unknown key list[0].b')
  assert.equal(describe(schema, { list: [{}] }), 'missing key list[0].a')
  assert.match(describe(schema, { list: [{ a: 1 }] }), /^list\[0\]\.a: /)
})

const forms = z.strictObject({
  rule: z.union([
    z.strictObject({ match: z.record(z.string(), z.array(z.string())) }),
    z.strictObject({ conditions: z.array(z.strictObject({ value: z.string().max(9, 'is too long') })) }),
  ]),
})

test('of several forms, the problem of the closest one is told', () => {
  assert.match(describe(forms, { rule: { match: { a: [1] } } }), /^rule\.match\.a\[0\]: /)
  assert.equal(
    describe(forms, { rule: { conditions: [{ value: '0123456789' }] } }),
    'rule.conditions[0].value: is too long',
  )
})

test('a hostile number of problems gets a short answer', () => {
  const schema = z.array(z.string())
  assert.ok(describe(schema, Array(10_000).fill(1)).length < 1_000)
  assert.ok(
    describe(z.strictObject({}), Object.fromEntries(Array.from({ length: 9_999 }, (_, i) => [i, 1]))).length <= 500,
  )
})
