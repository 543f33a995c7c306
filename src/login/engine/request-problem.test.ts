import assert from 'node:assert/strict'
import { test } from 'node:test'
import { extProblem } from './request-problem.ts'

test('ext- parameters beyond their rules are refused by name', () => {
  const wrong = [{ 'ext-': 'x' }, { [`ext-${'a'.repeat(29)}`]: 'x' }, { 'ext-a': '<b>' }, { 'ext-a': '' }]
  for (const ext of wrong) assert.match(extProblem(JSON.stringify(ext)) ?? '', /malformed/)
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`ext-${index}`, 'x']))
  assert.match(extProblem(JSON.stringify(many)) ?? '', /at most 10/)
  assert.equal(extProblem(''), undefined)
})
