/** An application for tests of the login: sends browsers to `/authorize` and exchanges what comes back. */

import assert from 'node:assert/strict'
import { type AuthorizeRequest, authorizeRequest, type Browser, type Visit } from './browser.ts'
import { CALLBACK, type LoginServer } from './login-server.ts'

export const ADMIN = { username: 'admin@example.com', password: 'correct horse', action: 'default' } as const

export interface TokenAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, string> & { readonly expires_in?: number }
}

export interface Callback {
  readonly query: URLSearchParams
  readonly code: string
  readonly verifier: string
}

export interface RelyingParty {
  authorize(parameters?: Record<string, string | undefined>): AuthorizeRequest
  /** Visits `/authorize` and, where a page is shown, logs in as the administrator or with the given fields. */
  logIn(
    browser: Browser,
    parameters?: Record<string, string | undefined>,
    fields?: Record<string, string>,
  ): Promise<Callback>
  /** Posts to `/oauth/token` as this client. */
  token(fields: Record<string, string>, options?: { readonly asForm?: boolean }): Promise<TokenAnswer>
  exchange(callback: Pick<Callback, 'code' | 'verifier'>, more?: Record<string, string>): Promise<TokenAnswer>
}

/** True when a visit ended at the application. */
export const isCallback = (visit: Visit): boolean => visit.url.href.startsWith(CALLBACK)

export const postToken = async (
  issuer: string,
  fields: Record<string, unknown>,
  { asForm = false, headers = {} }: { readonly asForm?: boolean; readonly headers?: Record<string, string> } = {},
): Promise<TokenAnswer> => {
  const response = await fetch(new URL('oauth/token', issuer), {
    method: 'POST',
    headers: { ...(asForm ? {} : { 'content-type': 'application/json' }), ...headers },
    body: asForm ? new URLSearchParams(fields as Record<string, string>) : JSON.stringify(fields),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as TokenAnswer['body'] }
}

/** @param client another client than the seeded application */
export const createRelyingParty = (
  server: LoginServer,
  client: { readonly clientId: string; readonly clientSecret?: string } = server.credentials.app,
): RelyingParty => {
  const credentials = {
    client_id: client.clientId,
    ...(client.clientSecret ? { client_secret: client.clientSecret } : {}),
  }
  const authorize = (parameters: Record<string, string | undefined> = {}) =>
    authorizeRequest(server.issuer, client.clientId, CALLBACK, parameters)
  const token = (fields: Record<string, string>, options = {}) =>
    postToken(server.issuer, { ...credentials, ...fields }, options)

  return {
    authorize,
    token,
    exchange: ({ code, verifier }, more = {}) =>
      token({
        grant_type: 'authorization_code',
        redirect_uri: CALLBACK,
        code,
        code_verifier: verifier,
        ...more,
      }),
    async logIn(browser, parameters = {}, fields = ADMIN) {
      const { url, verifier, state } = authorize(parameters)
      const page = await browser.visit(url)
      const end = isCallback(page) ? page : await browser.submit(page, fields)
      assert.ok(isCallback(end), `${end.status} ${end.url.pathname} ${end.body.slice(0, 1200)}`)
      const query = end.url.searchParams
      assert.equal(query.get('state'), state)
      return { query, code: query.get('code') ?? '', verifier }
    },
  }
}
