/** Passport's strategy for Auth0, which asks `/userinfo` with the token in the address. */

import assert from 'node:assert/strict'
import type { Server } from 'node:http'
import { after, before, test } from 'node:test'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import Auth0Strategy from 'passport-auth0'
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

after(async () => {
  running?.closeAllConnections()
  running?.close()
  await server?.close()
})

interface Known {
  readonly accessToken: string
  readonly profile: Auth0Strategy.Profile
}

/** Plain http in place of the https that the strategy makes of its domain; these options are its own. */
const addresses = () => ({
  expectedIssuer: server.issuer,
  authorizationURL: `${server.issuer}authorize`,
  tokenURL: `${server.issuer}oauth/token`,
  userInfoURL: `${server.issuer}userinfo`,
})

/** @param audience of the access token; none makes it opaque, an API makes it a JWT */
const start = async (audience: string | undefined): Promise<void> => {
  running?.closeAllConnections()
  running?.close()
  const application = express()
  application.use(session({ secret: 'of the application', resave: false, saveUninitialized: true }))
  const strategy = new Auth0Strategy(
    {
      domain: new URL(server.issuer).host,
      clientID: server.party.clientId,
      clientSecret: server.party.clientSecret,
      callbackURL: `${address}/callback`,
      ...addresses(),
    },
    (accessToken, _refreshToken, _extra, profile, done) => done(null, { accessToken, profile } satisfies Known),
  )
  passport.use('auth0', strategy)
  passport.serializeUser((user, done) => done(null, user))
  passport.deserializeUser((user: Express.User, done) => done(null, user))
  application.use(passport.initialize(), passport.session())
  const scope = { scope: 'openid email profile', ...(audience === undefined ? {} : { audience }) }
  application.get('/login', passport.authenticate('auth0', scope))
  application.get('/callback', passport.authenticate('auth0', { failureRedirect: '/failed' }), (_, response) =>
    response.redirect('/'),
  )
  application.get('/failed', (_, response) => void response.json({ failed: true }))
  application.get('/', (request, response) => void response.json(request.user ?? null))
  running = await serveApplication(application, address)
}

const KINDS: Readonly<Record<string, () => string | undefined>> = {
  opaque: () => undefined,
  JWT: () => `${server.issuer}api/v2/`,
}

for (const [kind, audienceOf] of Object.entries(KINDS)) {
  test(`a login ends with the profile that /userinfo gives for a token in the address, ${kind}`, {
    skip: noChromium,
  }, async () => {
    await start(audienceOf())
    await inChromium(async page => {
      await page.goto(`${address}/login`)
      await fillLogin(page, server.credentials.admin)
      await page.waitForURL(`${address}/`)
      const { accessToken, profile } = await jsonIn<Known>(page)
      assert.equal(accessToken.split('.').length === 3, kind === 'JWT')
      assert.equal(profile.emails?.[0]?.value, server.credentials.admin.email)
      assert.match(profile.id, /^auth0\|/)
      assert.match(String(profile._json.picture), /\/u\/avatars\/ad\.svg$/)
    })
  })
}
