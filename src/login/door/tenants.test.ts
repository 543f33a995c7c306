import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { sql } from 'kysely'
import { createBrowser } from '../../../test/kit/browser.ts'
import { CALLBACK, startLoginServer } from '../../../test/kit/login-server.ts'
import { createRelyingParty } from '../../../test/kit/relying-party.ts'
import { systemRandom } from '../../base/random.ts'
import { createSecretBox } from '../../base/secret-box.ts'
import { toTenantId } from '../../model/ids.ts'
import { insertClient } from '../../store/tenants/client-store.ts'
import { insertConnection } from '../../store/tenants/connection-store.ts'
import { insertSigningKey } from '../../store/tenants/signing-key-store.ts'
import { insertTenant } from '../../store/tenants/tenant-store.ts'
import { createSigningKey } from '../tenant/signing-key.ts'
import { insertTenantKeys } from '../tenant/tenant-keys.ts'

/** A request for a host name that no resolver knows. */
const ask = (port: number, host: string, path: string, headers: Record<string, string> = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const lines = Object.entries({ host: `${host}:${port}`, connection: 'close', ...headers })
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`),
    )
    let answer = ''
    socket.on('data', chunk => {
      answer += chunk
    })
    socket.on('end', () => resolve(answer))
    socket.on('error', reject)
  })

test('two tenants on one server share nothing', async () => {
  await using server = await startLoginServer()
  const party = createRelyingParty(server)
  const other = toTenantId('other')
  const { db } = server.database
  const secretBox = createSecretBox(new Uint8Array(32).fill(7))
  await insertTenant(db, {
    tenantId: other,
    friendlyName: 'Other',
    isDefault: false,
    allowedLogoutUrls: [],
    domains: ['other.localhost'],
  })
  await insertTenantKeys(db, other, { random: systemRandom, secretBox })
  await insertSigningKey(db, other, await createSigningKey(other, 'current', { random: systemRandom, secretBox }))
  await insertConnection(db, other, {
    id: 'con_o',
    name: 'Username-Password-Authentication',
    strategy: 'auth0',
    options: {},
  })
  await insertClient(db, other, {
    clientId: server.credentials.app.clientId,
    name: 'Twin',
    appType: 'spa',
    sealedSecret: undefined,
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['authorization_code'],
    callbacks: [CALLBACK],
    allowedLogoutUrls: [],
    metadata: {},
  })
  const port = Number(new URL(server.issuer).port)
  const there = (path: string, headers: Record<string, string> = {}) => ask(port, 'other.localhost', path, headers)
  const discovery = await there('/.well-known/openid-configuration')
  assert.ok(discovery.includes(`"issuer":"http://other.localhost:${port}/"`), discovery)

  const browser = createBrowser(server.issuer)
  await party.logIn(browser)
  const cookie = browser.jar.header('/')
  const { url } = party.authorize({ prompt: 'none' })
  const silent = await there(`${url.pathname}${url.search}`, { cookie })
  assert.match(silent, /error=login_required/, "the other tenant's session is no session here")
  const page = await browser.visit(party.authorize({ prompt: 'login' }).url)
  const foreign = await there(`${page.url.pathname}${page.url.search}`, { cookie })
  assert.match(foreign, /^HTTP\/1\.1 400/)
  const device = (text: string) => /ec_device=([^;]+)/.exec(text)?.[1]
  const begun = await there(`${url.pathname}${url.search.replace('none', 'login')}`, { cookie })
  assert.notEqual(device(begun), device(cookie))
  const { rows } = await sql<{ n: string }>`select count(*) as n from users where tenant_id = 'other'`.execute(db)
  assert.equal(rows[0]?.n, '0')
})
