import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { type CaseFile, listCases, readCases, replay } from '../../../../test/kit/conformance.ts'
import { isOperatorName, OPERATORS } from './index.ts'

interface Given {
  readonly value?: unknown
  readonly attribute: string | null
}

const names = Object.keys(OPERATORS).filter(isOperatorName)
const fileNames = names.map(name => name.replaceAll('_', '-')).toSorted()

for (const name of names) {
  const { cases } = readCases<CaseFile<Given, boolean>>(`operators/${name.replaceAll('_', '-')}.json`)
  replay(name, cases, ({ value, attribute }) => OPERATORS[name].compile(value)(attribute ?? undefined))
}

test('each operator has its own file, named after it, and no file is forgotten', () => {
  const files = readdirSync(import.meta.dirname)
    .filter(file => file.endsWith('.ts') && !/^(index|operator)\.ts$|\.test\.ts$/.test(file))
    .map(file => file.replace(/\.ts$/, ''))
  assert.deepEqual(files.toSorted(), fileNames)
})

test('each operator has its own case file, and no case file is of no operator', () => {
  assert.deepEqual(listCases('operators'), fileNames)
})

test('each operator says in a sentence what it does and what becomes of an absent attribute', () => {
  for (const name of names) assert.match(OPERATORS[name].doc, /^The attribute .+\.$/)
  const textual = names.filter(name => !name.endsWith('exists'))
  for (const name of textual) assert.match(OPERATORS[name].doc, /An absent attribute (does not match|matches)\.$/)
})

test('each operator answers with a boolean for any value and any attribute', () => {
  const attribute = fc.option(fc.string({ unit: 'binary' }), { nil: undefined })
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.anything(), attribute, (name, value, given) => {
      assert.equal(typeof OPERATORS[name].compile(value)(given), 'boolean')
    }),
  )
})

test('an operator and its opposite disagree on every attribute, for each value that they can read', () => {
  const text = fc.string({ maxLength: 2 })
  const value = fc.oneof(text, fc.array(text, { minLength: 1 }))
  const attribute = fc.option(text, { nil: undefined })
  const pairs = [
    ['equals', 'not_equals'],
    ['in', 'not_in'],
  ] as const
  fc.assert(
    fc.property(fc.constantFrom(...pairs), value, attribute, ([name, opposite], given, known) => {
      assert.notEqual(OPERATORS[name].compile(given)(known), OPERATORS[opposite].compile(given)(known))
    }),
  )
})
