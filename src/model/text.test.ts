import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { text } from './text.ts'

const problemOf = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error?.issues[0]?.message

test('lengths are characters: a text of emoji is as long as it looks', () => {
  assert.equal(problemOf(text(3, 4), '🔑🔑🔑🔑'), undefined)
  assert.equal(problemOf(text(3, 4), '🔑🔑'), 'must have at least 3 characters')
  assert.equal(problemOf(text(3, 4), '🔑🔑🔑🔑🔑'), 'must have at most 4 characters')
  assert.equal(problemOf(text(1, 4), ''), 'must not be empty')
  assert.equal(problemOf(text(0, 4), ''), undefined)
})

test('the published schema says the same lengths', () => {
  const { minLength, maxLength } = z.toJSONSchema(text(3, 255).regex(/x/))
  assert.deepEqual([minLength, maxLength], [3, 255])
})
