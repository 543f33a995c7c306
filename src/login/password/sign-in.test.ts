import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { systemRandom } from '../../base/random.ts'
import { loadConfig } from '../../config/config.ts'
import { toTenantId } from '../../model/ids.ts'
import { insertConnection } from '../../store/tenants/connection-store.ts'
import { insertTenant } from '../../store/tenants/tenant-store.ts'
import { createPasswordHasher, type PasswordHasher } from './password-hasher.ts'
import { createSignIn } from './sign-in.ts'
import { createSignUp, type SignUpRequest } from './sign-up.ts'

const DEFAULTS = loadConfig({})

const tenantId = toTenantId('dev')
const connection = { id: 'con_1', name: 'Users', strategy: 'auth0', options: {} }
const PASSWORD = 'correct horse'

let database: TestDatabase
let addresses = 0

const hasher = createPasswordHasher(2, 100)

const signUp = async (email: string, password = PASSWORD) =>
  createSignUp(database.db, hasher, systemRandom, DEFAULTS)(attempt(email, password, '203.0.113.6'))

const attempt = (email: string, password: string, ip: string): SignUpRequest => ({
  tenantId,
  connection,
  serviceName: 'Dev',
  email,
  password,
  ip,
  failureKey: new Uint8Array(32),
})

const newUser = async (): Promise<string> => {
  addresses += 1
  const email = `user-${addresses}@example.com`
  assert.equal((await signUp(email)).kind, 'created')
  return email
}

before(async () => {
  database = await createTestDatabase()
  await insertTenant(database.db, {
    tenantId,
    friendlyName: 'Dev',
    isDefault: true,
    allowedLogoutUrls: [],
    domains: [],
  })
  await insertConnection(database.db, tenantId, connection)
})

after(() => database?.close())

test('a new user signs in, however the address is written', async () => {
  const email = await newUser()
  const signIn = createSignIn(database.db, hasher, DEFAULTS)
  const outcome = await signIn(attempt(` ${email.toUpperCase()} `, PASSWORD, '203.0.113.7'))
  assert.ok(outcome.kind === 'verified')
  assert.match(outcome.user.userId, /^auth0\|[0-9a-f]{24}$/)
  assert.equal(outcome.user.nickname, email.split('@')[0])
})

test('a second sign-up with the address is refused, and so are bad addresses and passwords', async () => {
  const email = await newUser()
  assert.equal((await signUp(email.toUpperCase())).kind, 'exists')
  const refused = await signUp(email, 'short')
  assert.deepEqual(refused, { kind: 'invalid', problems: { password: 'Use at least 8 characters.' } })
  const both = await signUp('not an address', 'short')
  const problems = { email: 'Enter an email address.', password: 'Use at least 8 characters.' }
  assert.deepEqual(both, { kind: 'invalid', problems }, 'all that is wrong is said at once')
})

test('a wrong password and an unknown address are told apart inside only', async () => {
  const email = await newUser()
  const signIn = createSignIn(database.db, hasher, DEFAULTS)
  const wrong = await signIn(attempt(email, 'wrong horse', '203.0.113.8'))
  assert.ok(wrong.kind === 'wrong' && wrong.user?.email === email)
  for (const nobody of ['nobody@example.com', 'not an address', 'a\0b@example.com', '']) {
    const unknown = await signIn(attempt(nobody, PASSWORD, '203.0.113.8'))
    assert.ok(unknown.kind === 'wrong' && unknown.user === undefined)
  }
})

test('parallel guesses are stopped at the tenth, even when the last ones are right', async () => {
  const email = await newUser()
  const signIn = createSignIn(database.db, hasher, DEFAULTS)
  const guesses = [...Array.from({ length: 10 }, (_, index) => `guess number ${index}`), PASSWORD, PASSWORD]
  const outcomes = await Promise.all(guesses.map(guess => signIn(attempt(email, guess, '203.0.113.9'))))
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    [...Array.from({ length: 10 }, () => 'wrong'), 'blocked', 'blocked'],
  )
  const [tenth] = outcomes.slice(9)
  assert.ok(tenth?.kind === 'wrong' && tenth.blocks)
})

test('a block is for one account from one network: others go on', async () => {
  const [email, neighbour] = [await newUser(), await newUser()]
  const signIn = createSignIn(database.db, hasher, DEFAULTS)
  for (let guess = 0; guess < 10; guess += 1) await signIn(attempt(email, 'wrong horse', `2001:db8:0:1::${guess}`))
  assert.equal((await signIn(attempt(email, PASSWORD, '2001:db8:0:1:ffff::1'))).kind, 'blocked')
  assert.equal((await signIn(attempt(email, PASSWORD, '2001:db8:0:2::1'))).kind, 'verified')
  assert.equal((await signIn(attempt(neighbour, PASSWORD, '2001:db8:0:1::1'))).kind, 'verified')
})

test('an address that no user has is blocked like any other', async () => {
  const signIn = createSignIn(database.db, hasher, DEFAULTS)
  for (let guess = 0; guess < 10; guess += 1) await signIn(attempt('ghost@example.com', 'x', '203.0.113.10'))
  const outcome = await signIn(attempt('ghost@example.com', 'x', '203.0.113.10'))
  assert.ok(outcome.kind === 'blocked' && outcome.user === undefined)
})

test('a success forgets the failures before it', async () => {
  const email = await newUser()
  const signIn = createSignIn(database.db, hasher, DEFAULTS)
  const from = '203.0.113.11'
  for (let round = 0; round < 2; round += 1) {
    for (let guess = 0; guess < 9; guess += 1) await signIn(attempt(email, 'wrong horse', from))
    assert.equal((await signIn(attempt(email, PASSWORD, from))).kind, 'verified')
  }
})

test('an outdated hash is replaced at the next success', async () => {
  const email = await newUser()
  const replaced: string[] = []
  const strict: PasswordHasher = {
    ...hasher,
    isOutdated: () => replaced.length === 0,
    hash: async (password, network) => {
      const made = await hasher.hash(password, network)
      replaced.push(made)
      return made
    },
  }
  const signIn = createSignIn(database.db, strict, DEFAULTS)
  await signIn(attempt(email, PASSWORD, '203.0.113.12'))
  assert.equal(replaced.length, 1)
  assert.equal((await signIn(attempt(email, PASSWORD, '203.0.113.12'))).kind, 'verified')
})
