/** One simulated device: it logs in through the pages that a person would see, and keeps its cookies. */

import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createCookieJar } from './cookie-jar.ts'

export interface RelyingParty {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUri: string
}

export interface Tokens {
  readonly access_token: string
  readonly id_token: string
}

/** How one step of a simulated login ended other than expected; the message is for the person at the terminal. */
export class DemoFailure extends Error {
  override readonly name = 'DemoFailure'
}

const HIDDEN_FIELD = /<input[^>]*type="hidden"[^>]*>/g

const attribute = (tag: string, name: string): string => new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1] ?? ''

/** The hidden fields of the page's form, as a browser would send them back. */
const hiddenFields = (html: string): Record<string, string> =>
  Object.fromEntries((html.match(HIDDEN_FIELD) ?? []).map(tag => [attribute(tag, 'name'), attribute(tag, 'value')]))

const MAX_REDIRECTS = 12

/** Seconds that a page may ask to be waited for. */
const LONGEST_PAUSE_S = 10

/** Where a navigation ended: at a page of the server, or (without `html`) at the application's callback. */
export interface Visit {
  readonly url: URL
  readonly html: string | undefined
}

export interface SimulatedBrowser {
  /** Opens an address and follows redirects. */
  open(url: URL): Promise<Visit>
  /** Sends the page's form, with its hidden fields and these, to the page's own address. */
  submit(page: Visit, fields: Record<string, string>): Promise<Visit>
  /** Signs a new user up through the hosted page and returns the tokens. */
  signUp(email: string, password: string): Promise<Tokens>
  /** Logs in through the hosted page, with these parameters of `/authorize`; asks for the password even when a session exists. */
  logIn(email: string, password: string, parameters?: Record<string, string>): Promise<Tokens>
}

interface Device {
  readonly party: RelyingParty
  /** Sent with every request. */
  readonly headers: Record<string, string>
}

/** Requests with the device's cookies, which follow redirects inside the server up to a page or to the application's callback. */
const createFollow = ({ party, headers }: Device) => {
  const jar = createCookieJar()
  const origin = new URL(party.issuer).origin

  const ask = async (url: URL, form?: URLSearchParams): Promise<Response> => {
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { ...headers, cookie: jar.header(url.pathname), ...(form ? { origin } : {}) },
      ...(form ? { body: form } : {}),
    })
    jar.store(response.headers)
    return response
  }

  const request = async (url: URL, form?: URLSearchParams): Promise<Response> => {
    const response = await ask(url, form)
    const pause = Number(response.headers.get('retry-after'))
    // All devices of the demo are at one address, and a fast machine is told to slow down.
    if (form || response.status !== 429 || !(pause > 0 && pause <= LONGEST_PAUSE_S)) return response
    await response.body?.cancel()
    await delay(pause * 1_000)
    return request(url)
  }

  return async (start: URL, form?: URLSearchParams): Promise<Visit> => {
    let url = start
    let body = form
    for (let hop = 0; hop < MAX_REDIRECTS; hop += 1) {
      const response = await request(url, body)
      body = undefined
      const location = response.headers.get('location')
      if (!location) {
        const html = await response.text()
        if (response.status !== 200)
          throw new DemoFailure(`${url.pathname} answered ${response.status}: ${html.slice(0, 200)}`)
        return { url, html }
      }
      await response.body?.cancel()
      url = new URL(location, url)
      if (url.href.startsWith(party.redirectUri)) return { url, html: undefined }
    }
    throw new DemoFailure(`more than ${MAX_REDIRECTS} redirects from ${start.pathname}`)
  }
}

interface Attempt {
  readonly state: string
  readonly verifier: string
}

const authorizeUrl = (party: RelyingParty, { state, verifier }: Attempt, parameters: Record<string, string>): URL => {
  const url = new URL('authorize', party.issuer)
  url.search = new URLSearchParams({
    client_id: party.clientId,
    redirect_uri: party.redirectUri,
    response_type: 'code',
    scope: 'openid profile email',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  }).toString()
  return url
}

const redeem = async (party: RelyingParty, callback: URL, { state, verifier }: Attempt): Promise<Tokens> => {
  const code = callback.searchParams.get('code')
  if (!code || callback.searchParams.get('state') !== state) {
    throw new DemoFailure(`the callback got ${callback.searchParams.get('error_description') ?? callback.search}`)
  }
  const response = await fetch(new URL('oauth/token', party.issuer), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'authorization_code',
      client_id: party.clientId,
      client_secret: party.clientSecret,
      redirect_uri: party.redirectUri,
      code,
      code_verifier: verifier,
    }),
  })
  if (!response.ok) throw new DemoFailure(`/oauth/token answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Tokens // the server's own answer to a successful exchange
}

/**
 * A browser with an empty cookie jar, which makes it a new device.
 *
 * @param party the application that sends the browser to log in
 * @param headers sent with every request, such as `user-agent`
 * @param nonce gives the values of `state` and of the PKCE verifier; at least 43 URL-safe characters
 * @param answerPage fills in a page that comes after the password; without it such a page is a failure
 */
export const createSimulatedBrowser = (
  party: RelyingParty,
  headers: Record<string, string>,
  nonce: () => string,
  answerPage?: (page: Visit) => Record<string, string>,
): SimulatedBrowser => {
  const follow = createFollow({ party, headers })

  const submit = (page: Visit, fields: Record<string, string>): Promise<Visit> => {
    if (page.html === undefined) throw new DemoFailure(`no page was shown: ${page.url.search}`)
    return follow(page.url, new URLSearchParams({ ...hiddenFields(page.html), ...fields }))
  }

  const authenticate = async (fields: Record<string, string>, parameters: Record<string, string>): Promise<Tokens> => {
    const attempt = { state: nonce(), verifier: nonce() }
    const first = await submit(await follow(authorizeUrl(party, attempt, parameters)), fields)
    const end = first.html !== undefined && answerPage ? await submit(first, answerPage(first)) : first
    if (end.html !== undefined) throw new DemoFailure(`${end.url.pathname} showed its page again instead of logging in`)
    return redeem(party, end.url, attempt)
  }

  return {
    open: url => follow(url),
    submit,
    signUp: (email, password) => authenticate({ email, password }, { screen_hint: 'signup', prompt: 'login' }),
    logIn: (email, password, parameters = {}) =>
      authenticate({ username: email, password }, { prompt: 'login', ...parameters }),
  }
}
