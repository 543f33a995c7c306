/** The SDK of the Express quickstart: its defaults, its code flow, and pushed requests. */

import assert from 'node:assert/strict'
import type { Server } from 'node:http'
import { after, afterEach, before, test } from 'node:test'
import express from 'express'
import openid, { type ConfigParams } from 'express-openid-connect'
import { noChromium } from '../kit/chromium.ts'
import { freePort, startTestServer, type TestServer } from '../kit/server.ts'
import { fillLogin, inChromium, jsonIn, serveApplication } from './express-application.ts'

let server: TestServer
let address: string
let running: Server | undefined

before(async () => {
  address = `http://localhost:${await freePort()}`
  server = await startTestServer({ APP_CALLBACKS: `${address}/callback` })
})

afterEach(() => {
  running?.closeAllConnections()
  running?.close()
  running = undefined
})

after(() => server?.close())

/** The application of the quickstart, with what a page of it would show. */
const start = async (options: ConfigParams = {}): Promise<void> => {
  const application = express()
  application.use(
    openid.auth({
      issuerBaseURL: server.issuer,
      baseURL: address,
      clientID: server.party.clientId,
      secret: 'a secret of the application that is long enough',
      authRequired: false,
      idpLogout: true,
      ...options,
    }),
  )
  application.get('/', (request, response) => {
    response.json({ isAuthenticated: request.oidc.isAuthenticated(), user: request.oidc.user ?? null })
  })
  application.get('/userinfo', openid.requiresAuth(), async (request, response) => {
    const { token_type: type } = request.oidc.accessToken ?? {}
    response.json({ type, profile: await request.oidc.fetchUserInfo() })
  })
  application.get('/refresh', openid.requiresAuth(), async (request, response) => {
    const refreshed = await request.oidc.accessToken?.refresh()
    response.json({ renewed: typeof refreshed?.access_token === 'string' })
  })
  running = await serveApplication(application, address)
}

interface Home {
  readonly isAuthenticated: boolean
  readonly user: Record<string, unknown> | null
}

test('with its defaults it asks for an ID token by form_post, knows the user, and logs out here too', {
  skip: noChromium,
}, async () => {
  await start()
  await inChromium(async page => {
    const asked: URL[] = []
    page.on('request', request => void (request.url().includes('/authorize?') && asked.push(new URL(request.url()))))
    await page.goto(`${address}/login`)
    await fillLogin(page, server.credentials.admin)
    await page.waitForURL(`${address}/`)
    const parameters = asked[0]?.searchParams
    assert.deepEqual([parameters?.get('response_type'), parameters?.get('response_mode')], ['id_token', 'form_post'])
    const { isAuthenticated, user } = await jsonIn<Home>(page)
    assert.deepEqual([isAuthenticated, user?.email], [true, server.credentials.admin.email])
    assert.match(String(user?.picture), /^http:.*\/u\/avatars\/ad\.svg$/)
    await page.goto(`${address}/logout`)
    await page.waitForURL(`${address}/`)
    assert.equal((await jsonIn<Home>(page)).isAuthenticated, false)
    await page.goto(`${address}/login`)
    await page.getByLabel('Email address').waitFor()
  })
})

const CODE_FLOW: ConfigParams = {
  authorizationParams: { response_type: 'code', scope: 'openid profile email offline_access' },
}

for (const [what, options] of Object.entries({
  'as a query': CODE_FLOW,
  pushed: { ...CODE_FLOW, pushedAuthorizationRequests: true },
})) {
  test(`with a code, ${what}, it reads the profile and renews its token`, { skip: noChromium }, async () => {
    await start({ ...options, clientSecret: server.party.clientSecret, clientAuthMethod: 'client_secret_post' })
    await inChromium(async page => {
      const asked: string[] = []
      page.on('request', request => void (request.url().includes('/authorize?') && asked.push(request.url())))
      await page.goto(`${address}/login`)
      assert.equal(new URL(asked[0] ?? '').searchParams.has('request_uri'), what === 'pushed')
      await fillLogin(page, server.credentials.admin)
      await page.waitForURL(`${address}/`)
      await page.goto(`${address}/userinfo`)
      const { type, profile } = await jsonIn<{ type: string; profile: Record<string, unknown> }>(page)
      assert.deepEqual([type?.toLowerCase(), profile.email], ['bearer', server.credentials.admin.email])
      await page.goto(`${address}/refresh`)
      assert.deepEqual(await jsonIn(page), { renewed: true })
    })
  })
}
