import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { checkBinding, verifyDpopProof } from './dpop-proof.ts'

const NOW = 1_800_000_000_000
const SECONDS = NOW / 1000
const URL_HERE = 'https://login.example.com/api/v2/users'
const TOKEN = 'a.token.here'
const ath = createHash('sha256').update(TOKEN).digest('base64url')

const newKey = async (alg = 'ES256') => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  return { alg, privateKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) }
}

const key = await newKey()

interface Wishes {
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  readonly signer?: Awaited<ReturnType<typeof newKey>>
}

const prove = ({ claims = {}, header = {}, signer = key }: Wishes = {}): Promise<string> =>
  new SignJWT({ jti: 'one', iat: SECONDS, htm: 'GET', htu: URL_HERE, ath, ...claims })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: signer.alg, jwk: signer.jwk, ...header })
    .sign(signer.privateKey)

const verify = (proof: string, more: { readonly accessToken?: string | undefined; readonly url?: string } = {}) =>
  verifyDpopProof({ proof, method: 'GET', url: URL_HERE, accessToken: TOKEN, now: NOW, ...more })

test('a proof of each algorithm names its key', async () => {
  for (const alg of ['ES256', 'EdDSA', 'PS256', 'RS256']) {
    const signer = await newKey(alg)
    const result = await verify(await prove({ signer }))
    assert.deepEqual(result, { kind: 'proof', thumbprint: signer.thumbprint, jti: 'one' }, alg)
  }
})

test('query and fragment of the address do not count, on either side', async () => {
  const proof = await prove({ claims: { htu: `${URL_HERE}?a=1#b` } })
  assert.equal((await verify(proof, { url: `${URL_HERE}?page=2` })).kind, 'proof')
})

test('clocks may differ by five minutes', async () => {
  for (const iat of [SECONDS - 300, SECONDS + 300])
    assert.equal((await verify(await prove({ claims: { iat } }))).kind, 'proof')
})

test('without a token the proof need not be for one', async () => {
  assert.equal((await verify(await prove({ claims: { ath: undefined } }), { accessToken: undefined })).kind, 'proof')
})

const other = await newKey()

const BAD: Readonly<Record<string, () => Promise<string> | string>> = {
  'nothing at all': () => '',
  'no JWT': () => 'nonsense',
  'two proofs': async () => `${await prove()}, ${await prove()}`,
  unsigned: () => new UnsecuredJWT({ jti: 'one' }).encode(),
  'signed by another key than it shows': () => prove({ header: { jwk: other.jwk } }),
  'with a private key in it': async () => prove({ header: { jwk: await exportJWK(key.privateKey) } }),
  'without a key': () => prove({ header: { jwk: undefined } }),
  'with a key that is none': () => prove({ header: { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } } }),
  'of another type': () => prove({ header: { typ: 'JWT' } }),
  'without a jti': () => prove({ claims: { jti: undefined } }),
  'with a jti that is no text': () => prove({ claims: { jti: 7 } }),
  'without a time': () => prove({ claims: { iat: undefined } }),
  'too old': () => prove({ claims: { iat: SECONDS - 301 } }),
  'too new': () => prove({ claims: { iat: SECONDS + 301 } }),
  'for another method': () => prove({ claims: { htm: 'POST' } }),
  'for another address': () => prove({ claims: { htu: 'https://login.example.com/api/v2/logs' } }),
  'for another host': () => prove({ claims: { htu: 'https://evil.example/api/v2/users' } }),
  'without an address': () => prove({ claims: { htu: undefined } }),
  'for another token': () => prove({ claims: { ath: createHash('sha256').update('x').digest('base64url') } }),
  'for no token': () => prove({ claims: { ath: undefined } }),
}

for (const [what, make] of Object.entries(BAD)) {
  test(`a proof is refused: ${what}`, async () => {
    const result = await verify(await make())
    assert.equal(result.kind, 'refused')
  })
}

const present = async (more: Partial<Parameters<typeof checkBinding>[0]> = {}) => {
  const result = await checkBinding({
    scheme: 'DPoP',
    token: TOKEN,
    proof: await prove(),
    confirmation: { jkt: key.thumbprint },
    method: 'GET',
    url: URL_HERE,
    now: NOW,
    ...more,
  })
  return result?.kind ?? 'bearer'
}

test('a bound token opens with a proof of its key, and with nothing else', async () => {
  assert.equal(await present(), 'proof')
  assert.equal(await present({ scheme: 'dpop' }), 'proof')
  assert.equal(await present({ scheme: 'Bearer' }), 'refused')
  assert.equal(await present({ proof: undefined }), 'refused')
  assert.equal(await present({ proof: await prove({ signer: other }) }), 'refused')
})

test('a confirmation that is not understood is not taken for none', async () => {
  for (const confirmation of [{}, { 'x5t#S256': 'abc' }, { jkt: 7 }, 'abc', null, 0])
    for (const scheme of ['Bearer', 'DPoP']) assert.equal(await present({ confirmation, scheme }), 'refused')
})

test('a token that is not bound is a bearer token: with a proof it is refused', async () => {
  const confirmation = undefined
  assert.equal(await present({ confirmation, scheme: 'Bearer', proof: undefined }), 'bearer')
  assert.equal(await present({ confirmation, scheme: 'Bearer' }), 'refused')
  assert.equal(await present({ confirmation, proof: undefined }), 'refused')
})
