import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DIALECTS } from '../../src/search/dialect.ts'
import { parseSearch } from '../../src/search/parse-search.ts'
import { logSearchReference } from './log-search.ts'

test('every query in the reference can be read', () => {
  const forms = logSearchReference().split('\n| form |')[1]?.split('\nThe older')[0] ?? ''
  const queries = [...forms.matchAll(/`([^`]+)`/g)].flatMap(([, text = '']) => (text.includes(':') ? [text] : []))
  assert.ok(queries.length >= 9)
  for (const query of queries) assert.ok(parseSearch(query, DIALECTS.q).ok, query)
})
