import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { createBrowser } from '../../../test/kit/browser.ts'
import { type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { createRelyingParty, type RelyingParty } from '../../../test/kit/relying-party.ts'

let server: LoginServer
let party: RelyingParty
/** Tokens for `/userinfo`: one without an API, and one for the Management API too. */
let tokens: { readonly opaque: string; readonly jwt: string }

before(async () => {
  server = await startLoginServer()
  party = createRelyingParty(server)
  const tokenFor = async (more: Record<string, string>) => {
    const { body } = await party.exchange(await party.logIn(createBrowser(server.issuer), more))
    return body.access_token ?? ''
  }
  tokens = { opaque: await tokenFor({}), jwt: await tokenFor({ audience: `${server.issuer}api/v2/` }) }
})

after(() => server?.[Symbol.asyncDispose]())

interface Presented {
  readonly header?: string
  readonly query?: string
  readonly form?: string
}

const ask = async ({ header, query, form }: Presented) => {
  const url = new URL(`userinfo${query === undefined ? '' : `?access_token=${query}`}`, server.issuer)
  const response = await fetch(url, {
    method: form === undefined ? 'GET' : 'POST',
    headers: header === undefined ? {} : { authorization: `Bearer ${header}` },
    ...(form === undefined ? {} : { body: new URLSearchParams({ access_token: form }) }),
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  }
}

test('an opaque token and a JWT are taken from the header, the address and a form', async () => {
  for (const [kind, token] of Object.entries(tokens)) {
    for (const presented of [{ header: token }, { query: token }, { form: token }]) {
      const { status, body } = await ask(presented)
      assert.deepEqual([status, body.email], [200, 'admin@example.com'], `${kind} ${Object.keys(presented)}`)
    }
  }
})

test('a token that is presented twice is refused, even when it is the same', async () => {
  for (const token of Object.values(tokens)) {
    for (const twice of [
      { header: token, query: token },
      { header: token, form: token },
      { query: token, form: token },
    ]) {
      const { status, body } = await ask(twice)
      assert.deepEqual([status, body.error], [400, 'invalid_request'])
    }
  }
})

test('a token in the address that is worth nothing is refused as one in the header is', async () => {
  const [head, payload] = tokens.jwt.split('.')
  for (const token of ['nonsense', `${head}.${payload}.${'A'.repeat(342)}`]) {
    for (const presented of [{ header: token }, { query: token }, { form: token }]) {
      const { status, body, headers } = await ask(presented)
      assert.deepEqual([status, body.error], [401, 'invalid_token'])
      assert.match(headers.get('www-authenticate') ?? '', /^Bearer .*error="invalid_token"/)
    }
  }
})

test('the picture of a user without one is an image of this server, in both tokens’ answers and in the ID token', async () => {
  const picture = `${server.issuer}u/avatars/ad.svg`
  for (const token of Object.values(tokens)) assert.equal((await ask({ header: token })).body.picture, picture)
  const { body } = await party.exchange(await party.logIn(createBrowser(server.issuer)))
  assert.equal(decodeJwt(body.id_token ?? '').picture, picture)
  const image = await fetch(picture)
  assert.deepEqual([image.status, image.headers.get('content-type')], [200, 'image/svg+xml'])
  assert.equal(image.headers.get('content-security-policy'), "default-src 'none'")
  assert.match(await image.text(), /^<svg .*>AD</)
  assert.equal((await fetch(new URL('u/avatars/x.svg', server.issuer))).status, 404)
})
