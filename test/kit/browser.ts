/** A browser for tests: keeps cookies, follows redirects of one server, fills forms. */

import { createHash, randomBytes } from 'node:crypto'
import { createCookieJar } from '../../src/cli/demo/cookie-jar.ts'

export interface RequestOptions {
  readonly method?: string
  readonly form?: Record<string, string>
  readonly headers?: Record<string, string>
}

export interface Visit {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

export interface Browser {
  readonly jar: ReturnType<typeof createCookieJar>
  /** One request; redirects are not followed. */
  request(url: string | URL, options?: RequestOptions): Promise<Visit>
  /** Follows redirects until a page, or an address that is not the server's. */
  visit(url: string | URL, options?: RequestOptions): Promise<Visit>
  /** Fills the form of a page and follows where it leads. */
  submit(page: Visit, fields: Record<string, string>): Promise<Visit>
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', '#34': '"', '#39': "'" }

/** An attribute as the page meant it. */
const readAttribute = (value: string): string =>
  value.replace(/&(amp|lt|gt|#34|#39);/g, (entity, name) => ENTITIES[name] ?? entity)

const HIDDEN = /<input type="hidden" name="([^"]*)" value="([^"]*)">/g

/** The hidden fields of a page's form. */
export const hiddenFields = (html: string): Record<string, string> =>
  Object.fromEntries([...html.matchAll(HIDDEN)].map(([, name = '', value = '']) => [name, readAttribute(value)]))

/** @param base the server's address, such as `http://localhost:3000/` */
export const createBrowser = (base: string, headers: Record<string, string> = {}): Browser => {
  const jar = createCookieJar()
  const { origin } = new URL(base)

  const request = async (target: string | URL, options: RequestOptions = {}): Promise<Visit> => {
    const url = new URL(target, base)
    const { form, method = form ? 'POST' : 'GET' } = options
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        'user-agent': 'Mozilla/5.0 (test)',
        accept: 'text/html,*/*;q=0.8',
        cookie: jar.header(url.pathname),
        ...(form ? { origin } : {}),
        ...headers,
        ...options.headers,
      },
      ...(form ? { body: new URLSearchParams(form) } : {}),
    })
    jar.store(response.headers)
    return { url, status: response.status, headers: response.headers, body: await response.text() }
  }

  const visit = async (target: string | URL, options: RequestOptions = {}): Promise<Visit> => {
    let at = await request(target, options)
    for (let hop = 0; hop < 10; hop += 1) {
      const location = at.headers.get('location')
      if (!location) return at
      const next = new URL(location, at.url)
      if (next.origin !== origin) return { ...at, url: next }
      at = await request(next)
    }
    return at
  }

  return {
    jar,
    request,
    visit,
    submit: (page, fields) => {
      const action = /<form method="post" action="([^"]*)">/.exec(page.body)?.[1] ?? ''
      return visit(new URL(readAttribute(action), page.url), { form: { ...hiddenFields(page.body), ...fields } })
    },
  }
}

export interface AuthorizeRequest {
  readonly url: URL
  readonly verifier: string
  readonly state: string
}

/** An authorization request with PKCE; `undefined` removes a parameter. */
export const authorizeRequest = (
  base: string,
  clientId: string,
  redirectUri: string,
  parameters: Record<string, string | undefined> = {},
): AuthorizeRequest => {
  const [verifier, state] = [randomBytes(32).toString('base64url'), randomBytes(8).toString('hex')]
  const url = new URL('authorize', base)
  const all: Record<string, string | undefined> = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile email',
    state,
    nonce: 'n',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  }
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value)
  return { url, verifier, state }
}
