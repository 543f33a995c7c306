import assert from 'node:assert/strict'
import { test } from 'node:test'
import { API } from '../../src/actions/contract/api/index.ts'
import {
  anyText,
  flag,
  listOf,
  oneOf,
  optional,
  positive,
  record,
  required,
  text,
} from '../../src/actions/contract/api/kind.ts'
import { argument, argumentComplaint, option } from '../../src/actions/contract/api/method.ts'
import { acceptedArguments, explainParameter } from './argument-rules.ts'

test('the rules of an argument are what its check complains of', () => {
  const rulesOf = (kind: Parameters<typeof argument>[1]) => explainParameter(argument('a', kind, 'A.'))[0]?.rules
  assert.deepEqual(rulesOf(text(280)), ['a string that is not empty', 'at most 280 characters long'])
  assert.deepEqual(rulesOf(anyText(5)), ['a string of at most 5 characters'])
  assert.deepEqual(rulesOf(oneOf('b', 'c')), ['one of b, c'])
  assert.deepEqual(rulesOf(listOf(flag, 3)), ['a list of 1 to 3 items'])
})

test('the members of an object follow it, each with its own rules, also behind one that is required', () => {
  const kind = record({ secret: required(text(9), 'The key.'), ttl: optional(positive, 'How long.') })
  assert.deepEqual(explainParameter(option('options', kind, 'How.')), [
    { name: 'options', optional: true, ts: 'object', doc: 'How.', rules: [] },
    {
      name: 'options.secret',
      optional: false,
      ts: 'string',
      doc: 'The key.',
      rules: ['a string that is not empty', 'at most 9 characters long'],
    },
    { name: 'options.ttl', optional: true, ts: 'number', doc: 'How long.', rules: ['a number above 0'] },
  ])
})

test('every argument of every method has a rule, and arguments that it takes are known', () => {
  for (const method of API.values()) {
    for (const parameter of method.parameters) {
      for (const { name, ts, rules } of explainParameter(parameter)) {
        assert.ok(rules.length > 0 || ts === 'object', `${method.path} ${name}`)
      }
    }
    assert.equal(argumentComplaint(method, acceptedArguments(method)), undefined)
  }
})
