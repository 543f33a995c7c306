import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDatabaseUnavailable } from './database-unavailable.ts'

const withCode = (code: string): Error => Object.assign(new Error('x'), { code })

test('a database that is away, starting, stopping or full may come back', () => {
  for (const code of ['ECONNREFUSED', 'ENOENT', 'ECONNRESET', '57P01', '57P03', '08006', '53300']) {
    assert.ok(isDatabaseUnavailable(withCode(code)), code)
  }
  assert.ok(isDatabaseUnavailable(new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')])))
  assert.ok(isDatabaseUnavailable(new Error('Connection terminated unexpectedly')))
  assert.ok(isDatabaseUnavailable(new Error('timeout exceeded when trying to connect')))
})

test('a connection that cannot be made is one, for any reason of the system', () => {
  const reasons = ['ENOTDIR', 'EACCES', 'EAGAIN', 'EMFILE', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']
  for (const code of reasons) {
    assert.ok(isDatabaseUnavailable(Object.assign(new Error('x'), { code, syscall: 'connect' })), code)
    assert.ok(!isDatabaseUnavailable(Object.assign(new Error('x'), { code, syscall: 'open' })), code)
  }
  assert.ok(isDatabaseUnavailable(Object.assign(new Error('x'), { code: 'EAI_FAIL', syscall: 'getaddrinfo' })))
})

test('a wrong statement or a defect does not', () => {
  for (const error of [withCode('42601'), withCode('23505'), new TypeError('x is not a function'), 'text', undefined]) {
    assert.ok(!isDatabaseUnavailable(error))
  }
})
