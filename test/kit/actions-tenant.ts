/** A whole server whose tenant runs Actions: bound through the Management API, run by logins through the browser. */

import assert from 'node:assert/strict'
import { decodeJwt, type JWTPayload } from 'jose'
import type { ApiClient } from '../../src/cli/client/api-client.ts'
import { newestLogId, readLogsAfter } from '../../src/cli/demo/read-logs.ts'
import { type AuthorizeRequest, authorizeRequest, type Browser, createBrowser, type Visit } from './browser.ts'
import { startTestServer, type TestServer } from './server.ts'

export type TriggerName = 'post-login' | 'pre-user-registration' | 'post-user-registration'

export interface ActionWish {
  readonly code: string
  readonly secrets?: readonly { readonly name: string; readonly value: string }[]
}

export interface Logged {
  readonly type: string
  readonly description: string
  readonly details: Readonly<Record<string, unknown>>
}

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface LoggedIn {
  readonly idToken: JWTPayload
  readonly answer: Readonly<Record<string, string>>
}

export interface ActionsTenant {
  readonly server: TestServer
  readonly api: ApiClient
  browser(headers?: Record<string, string>): Browser
  /** Replaces what a trigger runs; a text is the code of an Action, in order. */
  bind(trigger: TriggerName, ...actions: readonly (string | ActionWish)[]): Promise<readonly string[]>
  authorize(parameters?: Record<string, string | undefined>): AuthorizeRequest
  /** Visits `/authorize` and sends the administrator's password where the page asks for it. */
  visit(browser: Browser, request: AuthorizeRequest): Promise<Visit>
  /** Posts to `/oauth/token` as the application. */
  token(fields: Record<string, string>): Promise<Answer>
  /** Exchanges what a visit brought to the callback. */
  redeem(visit: Visit, request: AuthorizeRequest): Promise<LoggedIn>
  /** A login from `/authorize` to the tokens. */
  logIn(browser: Browser, parameters?: Record<string, string | undefined>): Promise<LoggedIn>
  /** Events since the last call, oldest first. */
  events(): Promise<readonly Logged[]>
  close(): Promise<void>
}

let names = 0

export const startActionsTenant = async (variables: Record<string, string> = {}): Promise<ActionsTenant> => {
  const server = await startTestServer(variables)
  const { party, credentials } = server
  const api = await server.api()
  let last = await newestLogId(api)

  const token = async (fields: Record<string, string>): Promise<Answer> => {
    const response = await fetch(new URL('oauth/token', server.issuer), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: party.clientId, client_secret: party.clientSecret, ...fields }),
    })
    return { status: response.status, body: (await response.json()) as Answer['body'] } // RFC 6749 section 5
  }
  const authorize = (parameters: Record<string, string | undefined> = {}) =>
    authorizeRequest(server.issuer, party.clientId, party.redirectUri, parameters)
  const visit = async (browser: Browser, { url }: AuthorizeRequest): Promise<Visit> => {
    const page = await browser.visit(url)
    if (page.url.pathname !== '/u/login') return page
    return browser.submit(page, { username: credentials.admin.email, password: credentials.admin.password })
  }
  const redeem = async (end: Visit, { verifier }: AuthorizeRequest): Promise<LoggedIn> => {
    const code = end.url.searchParams.get('code')
    assert.ok(code, `${end.status} ${end.url.href} ${end.body.slice(0, 600)}`)
    const exchange = { grant_type: 'authorization_code', code_verifier: verifier, redirect_uri: party.redirectUri }
    const { status, body } = await token({ ...exchange, code })
    assert.equal(status, 200, JSON.stringify(body))
    return { idToken: decodeJwt(String(body.id_token)), answer: body as Record<string, string> }
  }

  return {
    server,
    api,
    browser: headers => createBrowser(server.issuer, headers),
    async bind(trigger, ...actions) {
      const ids: string[] = []
      for (const action of actions) {
        names += 1
        const wish = typeof action === 'string' ? { code: action } : action
        const created = await api.call<{ id: string }>('POST', 'actions/actions', {
          name: `action ${names}`,
          supported_triggers: [{ id: trigger }],
          deploy: true,
          ...wish,
        })
        ids.push(created.id)
      }
      const bindings = ids.map(value => ({ ref: { type: 'action_id', value } }))
      await api.call('PATCH', `actions/triggers/${trigger}/bindings`, { bindings })
      return ids
    },
    authorize,
    visit,
    token,
    redeem,
    async logIn(browser, parameters) {
      const request = authorize(parameters)
      return redeem(await visit(browser, request), request)
    },
    async events() {
      const page = await readLogsAfter(api, last)
      last = page.at(-1)?.log_id ?? last
      return page as unknown as readonly Logged[] // whole documents; the demo's type names what it reads
    },
    close: () => server.close(),
  }
}
