import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { setImmediate as nextTick } from 'node:timers/promises'
import { sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { systemRandom } from '../../base/random.ts'
import { loadConfig } from '../../config/config.ts'
import { toTenantId } from '../../model/ids.ts'
import { insertConnection } from '../../store/tenants/connection-store.ts'
import { insertTenant } from '../../store/tenants/tenant-store.ts'
import type { PasswordHasher } from './password-hasher.ts'
import { createSignIn, type SignIn, type SignInOutcome } from './sign-in.ts'
import { createSignUp, type SignUpRequest } from './sign-up.ts'

const DEFAULTS = loadConfig({})

const tenantId = toTenantId('dev')
const connection = { id: 'con_1', name: 'Users', strategy: 'auth0', options: {} }
const PASSWORD = 'correct horse'
const EMAIL = 'user@example.com'
const [ATTACKER, OFFICE, ELSEWHERE] = ['203.0.113.66', '203.0.113.7', '198.51.100.7']

/** As careful as the real one, and quick. */
const hasher: PasswordHasher = {
  hash: async password => `hash of ${password}`,
  async verify(hash, password) {
    await nextTick()
    return hash === `hash of ${password}`
  },
  isOutdated: () => false,
}

let database: TestDatabase

const attempt = (email: string, password: string, ip: string): SignUpRequest => ({
  tenantId,
  connection,
  serviceName: 'Dev',
  email,
  password,
  ip,
  failureKey: new Uint8Array(32),
})

const newSignIn = () => createSignIn(database.db, hasher, DEFAULTS)
const newSignUp = () => createSignUp(database.db, hasher, systemRandom, DEFAULTS)

before(async () => {
  database = await createTestDatabase()
  const tenant = { tenantId, friendlyName: 'Dev', isDefault: true, allowedLogoutUrls: [], domains: [] }
  await insertTenant(database.db, tenant)
  await insertConnection(database.db, tenantId, connection)
  assert.equal((await newSignUp()(attempt(EMAIL, PASSWORD, ELSEWHERE))).kind, 'created')
})

beforeEach(() => sql`delete from login_failures`.execute(database.db))

after(() => database?.close())

/** As if so many seconds had passed for what is counted. */
const pass = (seconds: number) =>
  sql`update login_failures set expires_at = expires_at - make_interval(secs => ${seconds})`.execute(database.db)

const count = (outcomes: readonly { readonly kind: string }[], kind: string): number =>
  outcomes.filter(outcome => outcome.kind === kind).length

/** One guess for each of so many accounts, all at once or one after the other. */
const spray = async (
  guesses: number,
  from: string,
  { signIn = newSignIn(), how = 'in turn' }: { readonly signIn?: SignIn; readonly how?: 'at once' | 'in turn' } = {},
): Promise<SignInOutcome[]> => {
  const outcomes: Promise<SignInOutcome>[] = []
  for (let n = 0; n < guesses; n += 1) {
    const outcome = signIn(attempt(`${from}-${n}@example.com`, 'Summer2026!', from))
    outcomes.push(outcome)
    if (how === 'in turn') await outcome
  }
  return Promise.all(outcomes)
}

test('a network has a hundred guesses for all accounts together, in parallel too, and then not even a right one', async () => {
  const signIn = newSignIn()
  const atOnce = await spray(300, ATTACKER, { signIn, how: 'at once' })
  assert.ok(count(atOnce, 'wrong') > 50 && count(atOnce, 'wrong') <= 100, `${count(atOnce, 'wrong')}`)
  const outcomes = [...atOnce, ...(await spray(60, ATTACKER, { signIn }))]
  assert.deepEqual([count(outcomes, 'wrong'), count(outcomes, 'throttled')], [100, 260])
  assert.equal(outcomes.filter(outcome => outcome.kind === 'wrong' && outcome.throttles).length, 1, 'said once')
  const right = await signIn(attempt(EMAIL, PASSWORD, ATTACKER))
  assert.ok(right.kind === 'throttled' && right.pause > 850 && right.pause <= 864, JSON.stringify(right))
  assert.equal((await signIn(attempt(EMAIL, PASSWORD, ELSEWHERE))).kind, 'verified')
})

test('one guess comes back each 864 seconds, and a hundred in a day', async () => {
  await spray(100, ATTACKER)
  await pass(864)
  const next = await spray(5, ATTACKER)
  assert.deepEqual([count(next, 'wrong'), count(next, 'throttled')], [1, 4])
  await pass(24 * 60 * 60)
  assert.equal(count(await spray(150, ATTACKER), 'wrong'), 100)
})

test('what waits is not asked for longer by being asked again', async () => {
  await spray(100, ATTACKER)
  await spray(200, ATTACKER)
  await pass(864)
  assert.equal((await newSignIn()(attempt(EMAIL, PASSWORD, ATTACKER))).kind, 'verified')
})

test('servers count together', async () => {
  await spray(60, ATTACKER, { signIn: newSignIn() })
  assert.equal(count(await spray(60, ATTACKER, { signIn: newSignIn() }), 'wrong'), 40)
})

test('a sender with one IPv6 address has not 2^64 allowances', async () => {
  const signIn = newSignIn()
  const from = (n: number) => `2001:db8:0:1::${n.toString(16)}`
  for (let n = 0; n < 100; n += 1) await signIn(attempt(`${n}@example.com`, 'Summer2026!', from(n)))
  assert.equal((await signIn(attempt(EMAIL, PASSWORD, from(500)))).kind, 'throttled')
  assert.equal((await signIn(attempt(EMAIL, PASSWORD, '2001:db8:0:2::1'))).kind, 'verified')
})

test('an office behind one address logs in as often as it likes, and mistypes sometimes', async () => {
  const signIn = newSignIn()
  await spray(40, OFFICE, { signIn })
  for (let n = 0; n < 300; n += 1) {
    assert.equal((await signIn(attempt(EMAIL, PASSWORD, OFFICE))).kind, 'verified')
  }
  assert.equal((await signIn(attempt(EMAIL, 'wrong horse', OFFICE))).kind, 'wrong')
  assert.equal((await signIn(attempt(EMAIL, PASSWORD, OFFICE))).kind, 'verified')
})

test('a sender who goes on asking for a blocked account uses up no other’s allowance', async () => {
  const signIn = newSignIn()
  for (let n = 0; n < 200; n += 1) await signIn(attempt('stubborn@example.com', 'x', OFFICE))
  assert.equal((await signIn(attempt(EMAIL, PASSWORD, OFFICE))).kind, 'verified')
})

test('sign-ups that tell who has an account are counted, apart from log-ins', async () => {
  const signUp = newSignUp()
  const probe = () => signUp(attempt(EMAIL, PASSWORD, ATTACKER))
  const outcomes = await Promise.all(Array.from({ length: 150 }, probe))
  assert.ok(count(outcomes, 'exists') <= 100)
  for (let n = 0; n < 60; n += 1) outcomes.push(await probe())
  assert.deepEqual([count(outcomes, 'exists'), count(outcomes, 'throttled')], [100, 110])
  assert.equal((await signUp(attempt('new@example.com', PASSWORD, ATTACKER))).kind, 'throttled')
  assert.equal((await newSignIn()(attempt(EMAIL, PASSWORD, ATTACKER))).kind, 'verified')
  assert.equal((await signUp(attempt('new@example.com', PASSWORD, ELSEWHERE))).kind, 'created')
})

test('sign-ups that succeed, or whose form is refused, are not counted', async () => {
  const signUp = newSignUp()
  for (let n = 0; n < 120; n += 1) {
    assert.equal((await signUp(attempt(`fresh-${n}@example.com`, PASSWORD, OFFICE))).kind, 'created')
    assert.equal((await signUp(attempt(EMAIL, 'short', OFFICE))).kind, 'invalid')
  }
})

test('each limit can be another one', async () => {
  const limits = { limitAccount: { failures: 2, seconds: 60 }, limitFailedLogins: { burst: 7, secondsEach: 10 } }
  const signIn = createSignIn(database.db, hasher, limits)
  assert.equal((await signIn(attempt(EMAIL, 'x', OFFICE))).kind, 'wrong')
  assert.partialDeepStrictEqual(await signIn(attempt(EMAIL, 'x', OFFICE)), { kind: 'wrong', blocks: true })
  assert.equal((await signIn(attempt(EMAIL, PASSWORD, OFFICE))).kind, 'blocked')
  assert.equal(count(await spray(20, OFFICE, { signIn }), 'wrong'), 5)
  const signUp = createSignUp(database.db, hasher, systemRandom, { limitFailedSignups: { burst: 1, secondsEach: 10 } })
  const outcomes = [await signUp(attempt(EMAIL, PASSWORD, OFFICE)), await signUp(attempt(EMAIL, PASSWORD, OFFICE))]
  assert.deepEqual([count(outcomes, 'exists'), count(outcomes, 'throttled')], [1, 1])
})

test('each limit can be switched off', async () => {
  await spray(100, ATTACKER)
  for (let n = 0; n < 12; n += 1) await newSignIn()(attempt(EMAIL, 'x', OFFICE))
  const signIn = createSignIn(database.db, hasher, { limitAccount: 'off', limitFailedLogins: 'off' })
  assert.equal(
    (await signIn(attempt(EMAIL, PASSWORD, ATTACKER))).kind,
    'verified',
    'what was counted before is ignored',
  )
  for (let n = 0; n < 20; n += 1)
    assert.partialDeepStrictEqual(await signIn(attempt(EMAIL, 'x', OFFICE)), { kind: 'wrong', blocks: false })
  assert.equal((await signIn(attempt(EMAIL, PASSWORD, OFFICE))).kind, 'verified')
  assert.equal(count(await spray(150, ATTACKER, { signIn }), 'wrong'), 150)
  const signUp = createSignUp(database.db, hasher, systemRandom, { limitFailedSignups: 'off' })
  for (let n = 0; n < 120; n += 1) assert.equal((await signUp(attempt(EMAIL, PASSWORD, ATTACKER))).kind, 'exists')
})
