import assert from 'node:assert/strict'
import { test } from 'node:test'
import { USER_DIALECT } from '../../src/api/users/user-dialect.ts'
import { USER_FIELD_NAMES } from '../../src/model/user-field.ts'
import { parseSearch } from '../../src/search/parse-search.ts'
import { userSearchReference } from './user-search.ts'

test('every query in the reference can be read, and every field is in it', () => {
  const [forms = '', fields = ''] = userSearchReference().split('\n| field |')
  const rows = forms.split('\n| form |')[1]?.split('\nMetadata is')[0] ?? ''
  const queries = [...rows.matchAll(/`([^`]+)`/g)].flatMap(([, text = '']) => (text.includes(':') ? [text] : []))
  assert.ok(queries.length >= 9)
  for (const query of queries) assert.ok(parseSearch(query, USER_DIALECT).ok, query)
  assert.deepEqual(
    [...fields.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name),
    USER_FIELD_NAMES,
  )
})
