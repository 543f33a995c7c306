/** A login server whose logins ask for second factors and passkeys, in place of Actions that would. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { HOTP, Secret } from 'otpauth'
import type { Json } from '../../src/base/json.ts'
import { loadConfig } from '../../src/config/config.ts'
import { blockedUser } from '../../src/login/engine/blocked-user.ts'
import { authenticationContext } from '../../src/login/factors/authentication-context-step.ts'
import { MULTI_FACTOR, multiFactor } from '../../src/login/factors/multi-factor.ts'
import { passkeyActivation } from '../../src/login/factors/passkey-activation.ts'
import { PASSKEY_ENROLLMENT, passkeyEnrollment } from '../../src/login/factors/passkey-enrollment.ts'
import { isPasskeyPage, noteOffer } from '../../src/login/factors/passkey-offer.ts'
import { type FactorDemand, isRequestSettled, suspendForFactors } from '../../src/login/factors/request-factors.ts'
import { createPasswordHasher } from '../../src/login/password/password-hasher.ts'
import { createSignUp } from '../../src/login/password/sign-up.ts'
import {
  CONTINUE,
  type LoginKind,
  type LoginUnderWay,
  type Step,
  type StepOutcome,
} from '../../src/login/pipeline/step.ts'
import { DATABASE_CONNECTION } from '../../src/login/tenant/directory.ts'
import type { MultiFactorDemand } from '../../src/login/transaction/login-plan.ts'
import type { LogEvent } from '../../src/logs/record/log-event.ts'
import { type Browser, createBrowser, type Visit } from './browser.ts'
import { type LoginServer, type LoginServerOptions, startLoginServer } from './login-server.ts'
import { createRelyingParty, type RelyingParty } from './relying-party.ts'

/** What the logins of a server ask for; a test changes it while the server runs. */
export interface Wishes {
  /** As `api.multifactor.enable`. */
  multiFactor: MultiFactorDemand | undefined
  /** As `api.authentication.challengeWith` and its like. */
  factors: FactorDemand | undefined
  /** As `api.redirect.sendUserTo`: the address without the `state`. */
  redirect: string | undefined
  /** Where a login is sent when it comes back from there. */
  nextRedirect: string | undefined
  /** As `api.access.deny`, when everything else is done. */
  denial: string | undefined
}

export interface FactorServer extends LoginServer {
  readonly wishes: Wishes
  readonly party: RelyingParty
  /** A new user's address; the password is `PASSWORD`. */
  newUser(): Promise<string>
  browser(): Browser
  /** Logs in by password and returns the first page after it, or the callback. */
  enterPassword(browser: Browser, email: string, parameters?: Record<string, string>): Promise<Visit>
  /** Lets time pass: it stands still otherwise, so that a code stays the same for as long as a test looks at it. */
  advance(seconds: number): void
  /** The code of an app, this many steps of 30 seconds from now. */
  codeOf(secret: string, steps?: number): string
  /** The events since the last call, those of some types. */
  takeEventsOf(...types: LogEvent['type'][]): LogEvent[]
}

export const PASSWORD = 'correct horse'

const ALL: readonly LoginKind[] = ['interactive', 'session', 'silent', 'refresh']

/** The step that runs Actions, whose place the kit's own takes. */
const STEP = 'post_login'

/** Milliseconds of a code. */
const STEP_MS = 30_000

/** A step that is made when it is first needed, because the server that it is for must be there first. */
const lazily = (kinds: readonly LoginKind[], name: string, make: () => Step): Step => {
  let step: Step | undefined
  return {
    name,
    doc: 'Made late.',
    kinds,
    run: (login, resumed) => {
      step ??= make()
      return step.run(login, resumed)
    },
  }
}

/** What the step of Actions does for `api.redirect.sendUserTo`. */
const sendTo = (login: LoginUnderWay, url: string, memory: Record<string, Json> = {}): StepOutcome => {
  const { plan } = login.exchange
  Object.assign(plan.memory, memory, { [STEP]: true })
  plan.redirect = { step: STEP, url }
  if (isPasskeyPage(login.exchange.tenant, url)) noteOffer(login)
  return { kind: 'suspend', to: state => `${url}${url.includes('?') ? '&' : '?'}state=${state}` }
}

export const startFactorServer = async (
  options: Pick<LoginServerOptions, 'issuer' | 'config'> = {},
): Promise<FactorServer> => {
  const wishes: Wishes = {
    multiFactor: undefined,
    factors: undefined,
    redirect: undefined,
    nextRedirect: undefined,
    denial: undefined,
  }
  let now = Math.floor(Date.now() / STEP_MS) * STEP_MS
  const clock = () => now
  const deps = () => ({ db: server.database.db, volatileDb: server.database.db, clock })
  const action = (): Step => ({
    name: STEP,
    doc: 'Does what an Action would ask for.',
    kinds: ALL,
    async run(login, resumed) {
      const { redirect, nextRedirect, factors, denial } = wishes
      const { memory } = login.exchange.plan
      const wasSentAway = memory[STEP] !== undefined
      delete memory[STEP]
      delete login.exchange.plan.redirect
      if (resumed === undefined && redirect !== undefined) return sendTo(login, redirect)
      if (wasSentAway && nextRedirect !== undefined && !memory.next) return sendTo(login, nextRedirect, { next: true })
      const isDone = !factors || (resumed !== undefined && (await isRequestSettled(deps(), login, STEP)))
      if (!isDone) return suspendForFactors(deps(), login, STEP, factors)
      return denial === undefined ? CONTINUE : { kind: 'deny', error: 'access_denied', description: denial }
    },
  })
  const server = await startLoginServer({
    ...options,
    clock,
    steps: [
      blockedUser,
      lazily(ALL, STEP, action),
      lazily(ALL, MULTI_FACTOR, () => multiFactor(deps(), async () => wishes.multiFactor)),
      lazily(['interactive', 'session'], 'authentication_context', () => authenticationContext(deps())),
      lazily(['interactive'], PASSKEY_ENROLLMENT, () =>
        passkeyEnrollment({ ...deps(), directory: server.login.directory }),
      ),
      lazily(['interactive', 'session'], 'passkey_activation', () =>
        passkeyActivation({ ...deps(), log: server.log, directory: server.login.directory }),
      ),
    ],
  })
  server.switches.otherwise = (request, response) => {
    const url = new URL(request.url ?? '', server.address)
    if (url.pathname !== '/continue') return void response.writeHead(404).end()
    const continuation = { step: STEP, data: { returned: true } }
    void server.login.resume(request, response, url.searchParams.get('state'), continuation)
  }
  const party = createRelyingParty(server)
  const signUp = createSignUp(server.database.db, createPasswordHasher(), randomBytes, loadConfig({}))
  let users = 0
  return Object.assign(server, {
    wishes,
    party,
    async newUser() {
      const email = `user-${++users}@example.com`
      const connection = await server.login.directory.connection(server.tenantId, DATABASE_CONNECTION)
      assert.ok(connection)
      const created = await signUp({
        tenantId: server.tenantId,
        ip: '127.0.0.1',
        failureKey: new Uint8Array(32),
        connection,
        serviceName: 'Dev',
        email,
        password: PASSWORD,
      })
      assert.equal(created.kind, 'created')
      return email
    },
    browser: () => createBrowser(server.address),
    async enterPassword(browser: Browser, email: string, parameters: Record<string, string> = {}) {
      const { pathname, search } = party.authorize(parameters).url
      const page = await browser.visit(new URL(pathname + search, server.address))
      return browser.submit(page, { username: email, password: PASSWORD })
    },
    advance(seconds: number) {
      now += seconds * 1000
    },
    codeOf: (secret: string, steps = 0) =>
      HOTP.generate({
        secret: Secret.fromBase32(secret),
        algorithm: 'SHA1',
        digits: 6,
        counter: Math.floor(now / STEP_MS) + steps,
      }),
    takeEventsOf: (...types: LogEvent['type'][]) => server.takeEvents().filter(({ type }) => types.includes(type)),
  })
}

/** The secret that the page of an authenticator app shows. */
export const secretOf = (page: Visit): string => {
  const [, secret = ''] = /<code class="secret">([A-Z2-7 ]+)<\/code>/.exec(page.body) ?? []
  assert.ok(secret, `no secret on ${page.url.pathname}: ${page.body.slice(0, 600)}`)
  return secret.replaceAll(' ', '')
}

/** The recovery code that a page shows. */
export const recoveryCodeOf = (page: Visit): string => {
  const [, code = ''] = /<p class="secret">([A-Z2-9-]+)<\/p>/.exec(page.body) ?? []
  assert.ok(code, `no recovery code on ${page.url.pathname}: ${page.body.slice(0, 600)}`)
  return code
}

const UNESCAPED: Readonly<Record<string, string>> = {
  '&#34;': '"',
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
}

/** The options that a page hands to its script. */
export const webauthnOptionsOf = <Options>(page: Visit): Options => {
  const [, escaped] = /data-options="([^"]*)"/.exec(page.body) ?? []
  assert.ok(escaped, `no ceremony on ${page.url.pathname}: ${page.body.slice(0, 600)}`)
  return JSON.parse(escaped.replace(/&(?:#34|#39|lt|gt|amp);/g, entity => UNESCAPED[entity] ?? '')) as Options
}
