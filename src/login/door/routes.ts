/** The table of the login's addresses. */

import { CALLBACK_PATH } from '../../model/callback-page.ts'
import { continueLogin } from '../actions/continue-route.ts'
import { callbackPage } from '../callback/callback-page.ts'
import { passOn, readAmendedBody, serveEngine } from '../engine/engine-request.ts'
import { FACTOR_PAGES, serveWebauthnScript } from '../factors/routes.ts'
import { WEBAUTHN_SCRIPT } from '../factors/webauthn-script.ts'
import { auth0Logout } from '../logout/auth0-logout.ts'
import { oidcLogout } from '../logout/oidc-logout.ts'
import type { HostedPage, PageContext } from '../pages/hosted-page.ts'
import { loginPage } from '../password/login-page.ts'
import { signupPage } from '../password/signup-page.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { serveAsset, serveAvatar } from './assets.ts'
import { presentedJwt, serveUserinfo } from './userinfo.ts'
import { welcomePage } from './welcome-page.ts'

type Answer = (exchange: Exchange, context: PageContext) => Promise<void>

export interface Route {
  readonly methods: readonly string[]
  readonly answer: Answer
  /** It stores something for any stranger who asks, so each network has a budget of it. */
  readonly isBeginning?: true
}

const engine: Answer = (exchange, { provider }) => serveEngine(exchange, provider)

const userinfo: Answer = async (exchange, { deps, directory, provider }) => {
  const body = await readAmendedBody(exchange)
  const token = exchange.request.method === 'OPTIONS' ? undefined : presentedJwt(exchange, body)
  await (token === undefined ? passOn(exchange, provider, body) : serveUserinfo(exchange, token, deps, directory))
}

const page = ({ get, post }: HostedPage): Route => ({
  methods: ['GET', 'HEAD', 'POST'],
  answer: (exchange, context) => (exchange.request.method === 'POST' ? post : get)(exchange, context),
})

const factorPages = Object.fromEntries(
  Object.entries(FACTOR_PAGES).map(([path, hosted]): [string, Route] => [path, page(hosted)]),
)

const PREFLIGHT = 'OPTIONS'
const discovery: Route = { methods: ['GET', 'HEAD', PREFLIGHT], answer: engine }

/** HEAD is no way to begin or to continue a login: it would leave a transaction that nobody sees. */
const authorize: Route = { methods: ['GET'], answer: engine }

export const ROUTES: Readonly<Record<string, Route>> = {
  '/.well-known/openid-configuration': discovery,
  '/.well-known/oauth-authorization-server': discovery,
  '/.well-known/jwks.json': discovery,
  '/authorize': { ...authorize, isBeginning: true },
  [CALLBACK_PATH]: page(callbackPage),
  '/continue': { methods: ['GET', 'POST'], answer: continueLogin },
  '/oauth/token': { methods: ['POST', PREFLIGHT], answer: engine },
  '/oauth/par': { methods: ['POST', PREFLIGHT], answer: engine },
  '/oauth/revoke': { methods: ['POST', PREFLIGHT], answer: engine },
  '/userinfo': { methods: ['GET', 'POST', PREFLIGHT], answer: userinfo },
  '/v2/logout': { methods: ['GET'], answer: auth0Logout },
  '/oidc/session/confirm': { methods: ['POST'], answer: engine },
  '/oidc/logout': { methods: ['GET', 'POST'], answer: oidcLogout },
  '/': { methods: ['GET', 'HEAD'], answer: welcomePage },
  '/u/login': page(loginPage),
  '/u/signup': page(signupPage),
  ...factorPages,
  [WEBAUTHN_SCRIPT.path]: { methods: ['GET', 'HEAD'], answer: serveWebauthnScript },
}

/** Folders of files. */
const FOLDERS: Readonly<Record<string, Route['answer']>> = { '/u/assets/': serveAsset, '/u/avatars/': serveAvatar }

const RESUME = /^\/authorize\/[\w-]{1,64}$/

/** Who answers a path; undefined when it is not the login's. */
export const findRoute = (path: string): Route | undefined => {
  if (Object.hasOwn(ROUTES, path)) return ROUTES[path]
  if (RESUME.test(path)) return authorize
  const [, answer] = Object.entries(FOLDERS).find(([folder]) => path.startsWith(folder)) ?? []
  return answer && { methods: ['GET', 'HEAD'], answer }
}
