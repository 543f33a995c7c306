import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passwordProblem } from './password-rules.ts'

const EMAIL = 'ada@example.com'

test('eight characters are enough, in any script', () => {
  for (const password of ['12345678', 'correct horse', 'пароль12', '🔑🔑🔑🔑🔑🔑🔑🔑']) {
    assert.equal(passwordProblem(password, EMAIL), undefined, password)
  }
})

test('what is refused is told why', () => {
  assert.match(passwordProblem('1234567', EMAIL) ?? '', /at least 8/)
  assert.match(passwordProblem('🔑🔑🔑🔑', EMAIL) ?? '', /at least 8/)
  assert.match(passwordProblem('x'.repeat(257), EMAIL) ?? '', /at most 256/)
  assert.match(passwordProblem(' '.repeat(9), EMAIL) ?? '', /more than spaces/)
  assert.match(passwordProblem('Ada@Example.com', EMAIL) ?? '', /other than your email/)
})
