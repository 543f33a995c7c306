import assert from 'node:assert/strict'
import { test } from 'node:test'
import { API } from './index.ts'
import { argumentComplaint } from './method.ts'
import { RESTRICTED_CLAIMS } from './restricted-claims.ts'

const NOW = 1_800_000_000_000

const methodAt = (path: string) => API.get(path) ?? assert.fail(`no method ${path}`)

const effectsOf = (path: string, ...args: readonly unknown[]) => {
  const method = methodAt(path)
  assert.equal(argumentComplaint(method, args), undefined)
  return method.effects?.(args, { now: NOW })
}

/** Calls and the effects that they must yield. */
const EFFECTS: readonly [path: string, args: readonly unknown[], effects: readonly unknown[]][] = [
  ['access.deny', ['no'], [{ kind: 'access_denied', ends: true, reason: 'no' }]],
  ['access.deny', ['a', 'b'], [{ kind: 'access_denied', ends: true, reason: 'a', user_message: 'b' }]],
  ['validation.error', ['c', 'm'], [{ kind: 'validation_failed', ends: true, code: 'c', message: 'm' }]],
  ['accessToken.setCustomClaim', ['plan', { a: 1 }], [{ kind: 'access_token_claim', name: 'plan', value: { a: 1 } }]],
  ['idToken.setCustomClaim', ['plan', null], [{ kind: 'id_token_claim', name: 'plan', value: null }]],
  ['idToken.setCustomClaim', ['plan'], []],
  ['accessToken.addScope', ['read:x'], [{ kind: 'scope_added', scope: 'read:x' }]],
  ['accessToken.removeScope', ['read:x'], [{ kind: 'scope_removed', scope: 'read:x' }]],
  ['user.setUserMetadata', ['k', [1]], [{ kind: 'user_metadata', key: 'k', value: [1] }]],
  ['user.setAppMetadata', ['k', null], [{ kind: 'app_metadata', key: 'k', value: null }]],
  ['user.setAppMetadata', ['k'], []],
  ['multifactor.enable', ['any'], [{ kind: 'multifactor', provider: 'any', allow_remember_browser: false }]],
  [
    'authentication.challengeWith',
    [{ type: 'otp' }, { additionalFactors: [{ type: 'phone', options: { preferredMethod: 'sms' }, x: 1 }] }],
    [
      {
        kind: 'challenge',
        suspends: true,
        choose: 'first',
        factors: [{ type: 'otp' }, { type: 'phone', options: { preferredMethod: 'sms' } }],
      },
    ],
  ],
  [
    'authentication.enrollWithAny',
    [[{ type: 'otp' }]],
    [{ kind: 'enrollment', suspends: true, choose: 'any', factors: [{ type: 'otp' }] }],
  ],
  ['authentication.recordMethod', ['https://a.b/c'], [{ kind: 'method_recorded', url: 'https://a.b/c' }]],
  ['authentication.setPrimaryUser', ['auth0|2'], [{ kind: 'primary_user', user_id: 'auth0|2' }]],
  ['session.setExpiresAt', [5], [{ kind: 'session_expiry', expires_at: 5 }]],
  ['refreshToken.setIdleExpiresAt', [5], [{ kind: 'refresh_token_idle_expiry', idle_expires_at: 5 }]],
  ['session.setCookieMode', ['persistent'], [{ kind: 'session_cookie_mode', mode: 'persistent' }]],
  [
    'session.revoke',
    ['r', { preserveRefreshTokens: true }],
    [{ kind: 'session_revoked', ends: true, reason: 'r', preserve_refresh_tokens: true }],
  ],
  ['refreshToken.revoke', ['r'], [{ kind: 'refresh_token_revoked', ends: true, reason: 'r' }]],
  [
    'redirect.sendUserTo',
    ['https://a.b/c?x=1', { query: { y: 'z&z', n: 2, none: null } }],
    [{ kind: 'redirect', suspends: true, url: 'https://a.b/c?x=1&y=z%26z&n=2' }],
  ],
  ['transaction.setMetadata', ['k', 1], [{ kind: 'transaction_metadata', key: 'k', value: 1 }]],
  ['cache.set', ['k', 'v', { ttl: 1000 }], [{ kind: 'cache_set', key: 'k', value: 'v', expires_at: NOW + 1000 }]],
  ['cache.set', ['k', 'v'], [{ kind: 'cache_set', key: 'k', value: 'v', expires_at: NOW + 900_000 }]],
  [
    'cache.set',
    ['k', 'v', { expires_at: NOW * 2 }],
    [{ kind: 'cache_set', key: 'k', value: 'v', expires_at: NOW + 86_400_000 }],
  ],
  ['cache.delete', ['k'], [{ kind: 'cache_deleted', key: 'k' }]],
]

for (const [path, args, effects] of EFFECTS) {
  test(`api.${path}(${JSON.stringify(args).slice(1, -1)}) yields ${effects.length} effect`, () => {
    assert.deepEqual(effectsOf(path, ...args), effects)
  })
}

/** Calls that must be refused, with the words that say why. */
const REFUSED: readonly [path: string, args: readonly unknown[], complaint: RegExp][] = [
  ['access.deny', [], /reason must be a string/],
  ['accessToken.setCustomClaim', ['', 1], /name must be a string that is not empty/],
  ['accessToken.setCustomClaim', ['a', 1n], /value must be a value that JSON/],
  ['idToken.setCustomClaim', ['a', () => 1], /value must be a value that JSON/],
  ['user.setUserMetadata', ['__proto__', 1], /name must be another name/],
  ['multifactor.enable', ['sms'], /provider must be one of any, none/],
  [
    'multifactor.enable',
    ['any', { allowRememberBrowser: 'yes' }],
    /options\.allowRememberBrowser must be true or false/,
  ],
  ['authentication.challengeWith', ['otp'], /factor must be an object/],
  ['authentication.challengeWithAny', [[]], /factors must be a list of 1 to 10/],
  ['authentication.challengeWithAny', [[{ type: 1 }]], /factors\[0\] \.type must be a string/],
  ['authentication.recordMethod', ['javascript:alert(1)'], /url must be an http or https URL/],
  ['redirect.sendUserTo', ['/relative'], /url must be an http or https URL/],
  ['authentication.setPrimaryUser', ['x'.repeat(129)], /at most 128 characters/],
  ['session.setExpiresAt', ['soon'], /time must be a number above 0/],
  ['session.setExpiresAt', [Number.NaN], /time must be a number above 0/],
  ['session.setCookieMode', ['ephemeral'], /mode must be one of/],
  ['transaction.setMetadata', ['k', { a: 1 }], /must be a string, a number, a boolean or null/],
  ['transaction.setMetadata', ['k', 2 ** 60], /must be a safe integer/],
  ['transaction.setMetadata', ['k'.repeat(65), 1], /at most 64 characters/],
  ['redirect.encodeToken', [{}], /options\.secret is missing/],
]

for (const [path, args, complaint] of REFUSED) {
  test(`api.${path} refuses what ${complaint.source} complains of`, () => {
    const said = argumentComplaint(methodAt(path), args) ?? assert.fail('it was accepted')
    assert.match(said, complaint)
    assert.ok(said.startsWith(`api.${path}: `))
  })
}

test('restricted claim names yield nothing, in both tokens', () => {
  assert.equal(RESTRICTED_CLAIMS.size, 60)
  const refused = [
    ...RESTRICTED_CLAIMS,
    'https://x.auth0.com/a',
    'https://auth0.com',
    'http://webtask.io/a',
    'urn:auth0:x',
    '__proto__',
  ]
  for (const name of refused) {
    for (const token of ['idToken', 'accessToken'])
      assert.deepEqual(effectsOf(`${token}.setCustomClaim`, name, 1), [], name)
  }
})

test('names that only look restricted are free', () => {
  for (const name of ['https://notauth0.com/a', 'https://auth0.com.example.org/', 'urn:auth0x:a', 'email', 'Sub']) {
    assert.equal(effectsOf('idToken.setCustomClaim', name, 1)?.length, 1, name)
  }
})
