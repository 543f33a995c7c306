import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../model/error-codes.ts'
import { readLogSearch } from './read-search.ts'

const failure = (parameters: Parameters<typeof readLogSearch>[0]): { code: string; message: string } => {
  try {
    readLogSearch(parameters)
  } catch (error) {
    if (error instanceof ApiError) return { code: error.code, message: error.message }
    throw error
  }
  return assert.fail('the query was read')
}

test('both parameters narrow the same list; blank ones do not', () => {
  const type = { kind: 'test', field: 'type', match: { kind: 'exact', value: 's' } } as const
  const ip = { kind: 'test', field: 'ip', match: { kind: 'exact', value: '::1' } } as const
  assert.equal(readLogSearch({}), undefined)
  assert.equal(readLogSearch({ q: ' ', search: '' }), undefined)
  assert.deepEqual(readLogSearch({ q: 'type:s' }), type)
  assert.deepEqual(readLogSearch({ q: 'type:s', search: 'ip:"::1"' }), { kind: 'and', operands: [type, ip] })
})

test('what cannot be read is refused with its parameter and position', () => {
  assert.deepEqual(failure({ q: 'type:s AND' }), {
    code: 'invalid_query_string',
    message: 'The value of `q` cannot be read at position 10: a term is missing at the end.',
  })
  assert.equal(failure({ search: 'user_email:x' }).code, 'invalid_query_string')
  assert.deepEqual(failure({ q: 'x'.repeat(3000) }), {
    code: 'query_too_long',
    message: 'The value of `q` is too long: a query has at most 2048 characters.',
  })
})
