/** The table of the login's addresses. */

import { CALLBACK_PATH } from '../../model/callback-page.ts'
import type { Db } from '../../store/database/database.ts'
import { type ContinueServices, continueLogin } from '../actions/continue-route.ts'
import { createCallbackPage } from '../callback/callback-page.ts'
import { passOn, readAmendedBody, serveEngine } from '../engine/engine-request.ts'
import type { FactorServices } from '../factors/factor-services.ts'
import { createFactorPages, serveWebauthnScript } from '../factors/routes.ts'
import { WEBAUTHN_SCRIPT } from '../factors/webauthn-script.ts'
import { auth0Logout } from '../logout/auth0-logout.ts'
import type { LogoutServices } from '../logout/logout-services.ts'
import { oidcLogout } from '../logout/oidc-logout.ts'
import type { HostedPage } from '../pages/hosted-page.ts'
import { createLoginPage } from '../password/login-page.ts'
import type { PasswordServices } from '../password/password-services.ts'
import { createSignupPage } from '../password/signup-page.ts'
import type { Directory } from '../tenant/directory.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { serveAsset, serveAvatar } from './assets.ts'
import { presentedJwt, serveUserinfo } from './userinfo.ts'
import { showWelcome } from './welcome-page.ts'

type Answer = (exchange: Exchange) => Promise<void>

export interface Route {
  readonly methods: readonly string[]
  readonly answer: Answer
  /** It stores something for any stranger who asks, so each network has a budget of it. */
  readonly isBeginning?: true
}

/** What the answers need of the server. */
export type RouteServices = PasswordServices &
  FactorServices &
  LogoutServices &
  ContinueServices & { readonly db: Db; readonly directory: Directory }

const PREFLIGHT = 'OPTIONS'

const page = ({ get, post }: HostedPage): Route => ({
  methods: ['GET', 'HEAD', 'POST'],
  answer: exchange => (exchange.request.method === 'POST' ? post : get)(exchange),
})

const createUserinfo =
  (services: RouteServices): Answer =>
  async exchange => {
    const body = await readAmendedBody(exchange)
    const token = exchange.request.method === 'OPTIONS' ? undefined : presentedJwt(exchange, body)
    await (token === undefined
      ? passOn(exchange, services.engineOf(exchange), body)
      : serveUserinfo(exchange, token, services, services.directory))
  }

/** Folders of files. */
const FOLDERS: Readonly<Record<string, Answer>> = { '/u/assets/': serveAsset, '/u/avatars/': serveAvatar }

const RESUME = /^\/authorize\/[\w-]{1,64}$/

/** Makes the table; what it gives is who answers a path, undefined when it is not the login's. */
export const createRoutes = (services: RouteServices): ((path: string) => Route | undefined) => {
  const engine: Answer = exchange => serveEngine(exchange, services.engineOf(exchange))
  const discovery: Route = { methods: ['GET', 'HEAD', PREFLIGHT], answer: engine }
  /** HEAD is no way to begin or to continue a login: it would leave a transaction that no user sees. */
  const authorize: Route = { methods: ['GET'], answer: engine }
  const factorPages = Object.entries(createFactorPages(services)).map(([path, hosted]) => [path, page(hosted)] as const)

  const routes: Readonly<Record<string, Route>> = {
    '/.well-known/openid-configuration': discovery,
    '/.well-known/oauth-authorization-server': discovery,
    '/.well-known/jwks.json': discovery,
    '/authorize': { ...authorize, isBeginning: true },
    [CALLBACK_PATH]: page(createCallbackPage(services)),
    '/continue': { methods: ['GET', 'POST'], answer: exchange => continueLogin(exchange, services) },
    '/oauth/token': { methods: ['POST', PREFLIGHT], answer: engine },
    // A public client has no secret, so any stranger can push in its name.
    '/oauth/par': { methods: ['POST', PREFLIGHT], answer: engine, isBeginning: true },
    '/oauth/revoke': { methods: ['POST', PREFLIGHT], answer: engine },
    '/userinfo': { methods: ['GET', 'POST', PREFLIGHT], answer: createUserinfo(services) },
    '/v2/logout': { methods: ['GET'], answer: exchange => auth0Logout(exchange, services) },
    '/oidc/session/confirm': { methods: ['POST'], answer: engine },
    '/oidc/logout': { methods: ['GET', 'POST'], answer: exchange => oidcLogout(exchange, services) },
    '/': { methods: ['GET', 'HEAD'], answer: exchange => showWelcome(exchange, services.directory) },
    '/u/login': page(createLoginPage(services)),
    '/u/signup': page(createSignupPage(services)),
    ...Object.fromEntries(factorPages),
    [WEBAUTHN_SCRIPT.path]: { methods: ['GET', 'HEAD'], answer: serveWebauthnScript },
  }
  return path => {
    if (Object.hasOwn(routes, path)) return routes[path]
    if (RESUME.test(path)) return authorize
    const [, answer] = Object.entries(FOLDERS).find(([folder]) => path.startsWith(folder)) ?? []
    return answer && { methods: ['GET', 'HEAD'], answer }
  }
}
