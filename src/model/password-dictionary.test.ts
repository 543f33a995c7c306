import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NEW_CONNECTION_OPTIONS, passwordDictionaryOf } from './password-dictionary.ts'

test('the dictionary is off unless the connection turns it on, and on for a new connection', () => {
  assert.equal(passwordDictionaryOf({}).enable, false)
  assert.equal(passwordDictionaryOf({ password_dictionary: null }).enable, false)
  assert.equal(passwordDictionaryOf({ password_dictionary: { enable: false, dictionary: ['x'] } }).enable, false)
  assert.deepEqual(passwordDictionaryOf(NEW_CONNECTION_OPTIONS), { enable: true, dictionary: [] })
  const own = { password_dictionary: { enable: true, dictionary: ['tugboat7'] } }
  assert.deepEqual(passwordDictionaryOf(own).dictionary, ['tugboat7'])
})
