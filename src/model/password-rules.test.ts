import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTooLong, type PasswordOwner, passwordProblem } from './password-rules.ts'

const OWNER: PasswordOwner = {
  email: 'ada.lovelace@example.com',
  serviceNames: ['acme-login', 'Acme Log-In'],
  dictionary: { enable: true, dictionary: ['Wile E. Coyote'] },
}

const OFF: PasswordOwner = { ...OWNER, dictionary: { enable: false, dictionary: ['Wile E. Coyote'] } }

const kindOf = (password: string, owner = OWNER) => passwordProblem(password, owner)?.kind

test('eight characters are enough, in any script', () => {
  for (const password of ['tugboat7', 'correct horse', 'пароль12', '🔑🔑🔑🔑🔑🔑🔑🔑']) {
    assert.equal(kindOf(password), undefined, password)
  }
})

test('lengths are counted in characters, and what is refused is told why', () => {
  const messageOf = (password: string) => passwordProblem(password, OWNER)?.message
  assert.equal(messageOf('1234567'), 'Use at least 8 characters.')
  assert.equal(messageOf('🔑🔑🔑🔑🔑🔑🔑'), 'Use at least 8 characters.')
  assert.equal(messageOf('🔑'.repeat(256)), undefined)
  assert.equal(messageOf('🔑'.repeat(257)), 'Use at most 256 characters.')
  assert.equal(messageOf(' '.repeat(9)), 'Use more than spaces.')
  assert.equal(isTooLong('я'.repeat(256)), false)
})

test('the most common passwords are refused, in upper and lower case alike', () => {
  for (const password of ['password', '12345678', 'QWERTYuiop', 'iloveyou1', 'P@ssw0rd', 'ｐａｓｓｗｏｒｄ']) {
    assert.equal(kindOf(password), 'common', password)
    assert.equal(kindOf(password, OFF), undefined, password)
  }
})

test('a common password within a longer one is no problem', () => {
  assert.equal(kindOf('password of the harbour'), undefined)
})

test('words of the tenant are refused as the list is: whole', () => {
  assert.equal(kindOf('wile e. coyote'), 'common')
  assert.equal(kindOf('wile e. coyote runs'), undefined)
  assert.equal(kindOf('wile e. coyote', OFF), undefined)
})

test('the address of the user, its part before the @ and the names of the service are refused, with digits and dashes too', () => {
  for (const password of [
    'adalovelace',
    'Ada-Lovelace-1815',
    'ada.lovelace@EXAMPLE.com',
    'acme login',
    'AcmeLogin2026!',
  ]) {
    assert.equal(kindOf(password), 'personal', password)
  }
  assert.equal(kindOf('lovelace engine'), undefined)
  assert.equal(kindOf('adalovelace', OFF), undefined)
})

test('a short name is in many passwords', () => {
  const owner = { ...OWNER, email: 'a@example.com', serviceNames: ['dev'] }
  assert.equal(kindOf('83719204a', owner), undefined)
  assert.equal(kindOf('dev83719204', owner), undefined)
})

test('the address itself is never a password', () => {
  assert.equal(kindOf('Ada.Lovelace@Example.com', OFF), 'personal')
})

test('a mailbox of digits is one that an attacker tries', () => {
  assert.equal(kindOf('8371920465', { ...OWNER, email: '8371920465@example.com' }), 'personal')
})
