import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createBrowser } from '../../../test/kit/browser.ts'
import { CALLBACK, type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { createRelyingParty } from '../../../test/kit/relying-party.ts'
import { insertClient } from '../../store/tenants/client-store.ts'

let server: LoginServer

before(async () => {
  server = await startLoginServer()
  await insertClient(server.database.db, server.tenantId, {
    clientId: 'native',
    name: 'On a phone',
    appType: 'native',
    sealedSecret: undefined,
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['authorization_code', 'refresh_token'],
    callbacks: ['com.example.app://callback', CALLBACK],
    allowedLogoutUrls: [],
    metadata: {},
  })
})

after(() => server?.[Symbol.asyncDispose]())

/** What a frame without an origin of its own sends: any site can make one. */
const OPAQUE = { origin: 'null' }

const allowedOrigin = ({ headers }: { readonly headers: Headers }) => headers.get('access-control-allow-origin')

test('a sandboxed frame cannot read what a native application is answered', async () => {
  const party = createRelyingParty(server, { clientId: 'native' })
  const { code, verifier } = await party.logIn(createBrowser(server.issuer))
  const stolen = await fetch(new URL('oauth/token', server.issuer), {
    method: 'POST',
    headers: OPAQUE,
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'native',
      code,
      code_verifier: verifier,
      redirect_uri: CALLBACK,
    }),
  })
  assert.equal(stolen.status, 400)
  assert.equal(allowedOrigin(stolen), null)
})

test('neither opaque tokens nor JWTs open /userinfo to a sandboxed frame', async () => {
  const party = createRelyingParty(server, { clientId: 'native' })
  for (const parameters of [{}, { audience: `${server.issuer}api/v2/` }]) {
    const { body } = await party.exchange(await party.logIn(createBrowser(server.issuer), parameters))
    const authorization = `Bearer ${body.access_token}`
    const get = (headers: Record<string, string>) =>
      fetch(new URL('userinfo', server.issuer), { headers: { authorization, ...headers } })
    assert.equal((await get({})).status, 200)
    assert.equal(allowedOrigin(await get(OPAQUE)), null, JSON.stringify(parameters))
    const { origin } = new URL(CALLBACK)
    assert.equal(allowedOrigin(await get({ origin })), origin)
  }
})
