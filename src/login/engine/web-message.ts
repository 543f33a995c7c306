/**
 * `response_mode=web_message`: the answer is a page that posts it to the window which asked, a frame's parent or a
 * popup's opener (OAuth 2.0 Web Message Response Mode, draft-sakimura-oauth-wmrm, without its relay).
 */

import { createHash } from 'node:crypto'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'

export const WEB_MESSAGE = 'web_message'

/** The same on every page, so that the policy names it and nothing else can run. */
const SCRIPT = `(() => {
  const { origin, message } = JSON.parse(document.getElementById('answer').textContent)
  const asking = window.opener ?? window.parent
  asking.postMessage(message, origin)
})()`

const SCRIPT_HASH = createHash('sha256').update(SCRIPT).digest('base64')

/** JSON that no text in it can end early (HTML Standard section 4.12.1.3). */
const toScriptData = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&]/g, character => `\\u00${character.charCodeAt(0).toString(16)}`)

const pageOf = (origin: string, response: Readonly<Record<string, unknown>>): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Log in</title></head>
<body>
<p>You can close this window.</p>
<script type="application/json" id="answer">${toScriptData({ origin, message: { type: 'authorization_response', response } })}</script>
<script>${SCRIPT}</script>
</body>
</html>
`

/** Only the application may frame the page, and it only says one thing to one origin. */
const policyOf = (origin: string): string =>
  [
    "default-src 'none'",
    `script-src 'sha256-${SCRIPT_HASH}'`,
    `frame-ancestors ${origin}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')

/**
 * An origin that a policy can name (CSP Level 3 section 2.3.1, host-source, with `_`, which browsers read, too). A browser
 * ignores a source that is none, such as an IPv6 address: the frame would stay empty. `*` would let other sites frame the page.
 */
const NAMEABLE = /^https?:\/\/[a-z\d_-]+(\.[a-z\d_-]+)*\.?(:\d+)?$/

/** The origin of a web page; undefined for addresses that have none, such as those of native applications. */
const webOriginOf = (address: unknown): string | undefined => {
  const { origin = '' } = (typeof address === 'string' ? URL.parse(address) : null) ?? {}
  return NAMEABLE.test(origin) ? origin : undefined
}

/** What is wrong with an authorization request that is to be answered with a message; undefined when nothing is. */
export const webMessageProblem = (params: Readonly<Record<string, unknown>>): string | undefined => {
  if (params.response_mode !== WEB_MESSAGE) return undefined
  if (params.web_message_uri) return 'the relay mode of web_message is not supported: leave out web_message_uri'
  return webOriginOf(params.redirect_uri) === undefined
    ? 'response_mode web_message needs a redirect_uri with http or https whose host is a name or an IPv4 address'
    : undefined
}

type Context = Pick<KoaContextWithOIDC, 'body' | 'status' | 'type' | 'set' | 'remove'>

/**
 * Answers with a message to the origin of the callback.
 *
 * @param redirectUri that the engine has found among the client's callbacks
 * @returns false, with nothing done, when the callback is no web page
 */
export const sendWebMessage = (
  context: Context,
  redirectUri: unknown,
  response: Readonly<Record<string, unknown>>,
): boolean => {
  const origin = webOriginOf(redirectUri)
  if (origin === undefined) return false
  context.remove('X-Frame-Options')
  context.set('Content-Security-Policy', policyOf(origin))
  context.type = 'html'
  context.body = pageOf(origin, response)
  return true
}

/** The same for an answer that had to be withheld, where the callback is known to be the client's. */
export const sendFailureMessage = (
  context: Context & { readonly oidc?: KoaContextWithOIDC['oidc'] },
  failure: Readonly<Record<string, unknown>>,
): boolean => {
  const { oidc } = context
  if (oidc?.params?.response_mode !== WEB_MESSAGE || !oidc.redirectUriCheckPerformed) return false
  const { redirect_uri: redirectUri, state } = oidc.params
  return sendWebMessage(context, redirectUri, { ...failure, ...(state === undefined ? {} : { state }) })
}

/** @param showProblem answers a request whose callback no message can go to */
export const registerWebMessage = (
  provider: Provider,
  showProblem: (context: KoaContextWithOIDC, problem: string) => Promise<void>,
): void =>
  provider.registerResponseMode(WEB_MESSAGE, async (context, redirectUri, response) => {
    context.status = 200
    const { params = {} } = context.oidc
    if (!sendWebMessage(context, redirectUri, response)) await showProblem(context, webMessageProblem(params) ?? '')
  })
