import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuthenticationMethod, AuthenticationMethodType } from '../../store/users/authentication-method-store.ts'
import { type StageRequest, stageOf, stagePath } from './factor-stage.ts'
import { FACTOR_NAMES, type FactorName } from './kinds/index.ts'

const request = (wishes: Partial<StageRequest>): StageRequest => ({
  purpose: 'challenge',
  factors: FACTOR_NAMES,
  proved: [],
  enrolled: [],
  offersRecoveryCode: false,
  settledAt: undefined,
  ...wishes,
})

const having = (...types: AuthenticationMethodType[]): AuthenticationMethod[] =>
  types.map(type => ({
    id: type,
    type,
    name: type,
    createdAt: new Date(),
    lastAuthAt: undefined,
    credential: undefined,
  }))

const stage = (
  wishes: Partial<StageRequest>,
  methods: AuthenticationMethod[],
  available: readonly FactorName[] = FACTOR_NAMES,
) => stageOf(request(wishes), methods, available)

test('a challenge is for what was asked and is set up, fallbacks last', () => {
  assert.deepEqual(stage({}, having('totp', 'webauthn-roaming', 'recovery-code')), {
    kind: 'challenge',
    factors: ['otp', 'webauthn-roaming', 'recovery-code'],
  })
  assert.deepEqual(
    stage(
      { factors: ['recovery-code', 'webauthn-roaming', 'phone'] },
      having('totp', 'webauthn-roaming', 'recovery-code'),
    ),
    {
      kind: 'challenge',
      factors: ['webauthn-roaming', 'recovery-code'],
    },
  )
})

test('one proof of what was asked is enough, a proof of something else is not', () => {
  assert.deepEqual(stage({ proved: ['otp'] }, having('totp')), { kind: 'settled' })
  const other = stage({ factors: ['webauthn-roaming'], proved: ['otp'] }, having('totp', 'webauthn-roaming'))
  assert.deepEqual(other, { kind: 'challenge', factors: ['webauthn-roaming'] })
})

test('what does not work at this address, or is no longer set up, leaves nothing to do', () => {
  assert.deepEqual(stage({}, having('webauthn-roaming'), ['otp', 'recovery-code']), { kind: 'impossible' })
  assert.deepEqual(stage({}, []), { kind: 'impossible' })
  assert.deepEqual(stage({}, having('passkey')), { kind: 'impossible' })
})

test('a user who has no second factor sets one up; then comes the recovery code', () => {
  const wishes = { purpose: 'enrollment', offersRecoveryCode: true } as const
  const offered = stage({ ...wishes, factors: ['otp', 'webauthn-roaming'] }, [])
  assert.deepEqual(offered, { kind: 'enrollment', factors: ['otp', 'webauthn-roaming'] })
  const done = { ...wishes, proved: ['otp'], enrolled: ['otp'] }
  assert.deepEqual(stage(done, having('totp')), { kind: 'recovery-code' })
  assert.deepEqual(stage(done, having('totp', 'recovery-code')), { kind: 'settled' })
  assert.deepEqual(stage({ ...done, offersRecoveryCode: false }, having('totp')), { kind: 'settled' })
})

test('an account with a second factor proves it before it gets another one, or a passkey', () => {
  for (const purpose of ['enrollment', 'passkey'] as const) {
    const wishes = { purpose, factors: ['webauthn-roaming'] }
    assert.deepEqual(stage(wishes, having('totp')), { kind: 'challenge', factors: ['otp'] })
    assert.deepEqual(stage(wishes, having('webauthn-platform'), ['otp']), { kind: 'impossible' })
    const next = purpose === 'passkey' ? { kind: 'passkey' } : { kind: 'enrollment', factors: ['webauthn-roaming'] }
    assert.deepEqual(stage({ ...wishes, proved: ['otp'] }, having('totp')), next)
  }
})

test('a factor that was set up meanwhile, in another tab, has to be proved in this one', () => {
  const wishes = { purpose: 'enrollment', factors: ['otp'] } as const
  assert.deepEqual(stage(wishes, having('totp')), { kind: 'challenge', factors: ['otp'] })
  assert.deepEqual(stage({ ...wishes, proved: ['otp'] }, having('totp')), { kind: 'settled' })
})

test('a recovery code that was used up is replaced', () => {
  assert.deepEqual(stage({ proved: ['recovery-code'] }, having('totp')), { kind: 'recovery-code' })
  assert.deepEqual(stage({ proved: ['recovery-code'] }, having('totp', 'recovery-code')), { kind: 'settled' })
})

test('what is settled stays settled', () => {
  assert.deepEqual(stage({ settledAt: new Date() }, having('totp')), { kind: 'settled' })
  assert.deepEqual(stage({ purpose: 'passkey', settledAt: new Date() }, []), { kind: 'settled' })
})

test('each stage has its page; a list is shown where there is a choice and nothing else to do first', () => {
  const [otp, both] = [['otp'], ['otp', 'recovery-code']] as const
  const [list, first] = [
    { purpose: 'challenge', choose: 'any' },
    { purpose: 'challenge', choose: 'first' },
  ] as const
  assert.equal(stagePath({ kind: 'challenge', factors: otp }, list), '/u/mfa-otp-challenge')
  assert.equal(stagePath({ kind: 'challenge', factors: both }, list), '/u/mfa-login-options')
  assert.equal(stagePath({ kind: 'challenge', factors: both }, first), '/u/mfa-otp-challenge')
  const enrollment = { purpose: 'enrollment', choose: 'any' } as const
  assert.equal(stagePath({ kind: 'challenge', factors: both }, enrollment), '/u/mfa-otp-challenge')
  assert.equal(stagePath({ kind: 'enrollment', factors: both }, enrollment), '/u/mfa-begin-enroll-options')
  assert.equal(stagePath({ kind: 'enrollment', factors: otp }, enrollment), '/u/mfa-otp-enrollment-qr')
  assert.equal(stagePath({ kind: 'recovery-code' }, list), '/u/mfa-recovery-code-enrollment')
  assert.equal(stagePath({ kind: 'passkey' }, list), '/u/passkey-enrollment')
  for (const kind of ['settled', 'impossible'] as const) assert.equal(stagePath({ kind }, list), undefined)
})
