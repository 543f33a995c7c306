/** One tenant's OIDC engine: oidc-provider, configured to behave as Auth0's SDKs expect. */

import { type Configuration, Provider } from 'oidc-provider'
import type { Clock } from '../../base/clock.ts'
import { DPOP_ALGORITHMS } from '../../base/dpop-proof.ts'
import type { LogError } from '../../base/log-error.ts'
import type { RandomBytes } from '../../base/random.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { TenantLog } from '../../logs/record/log-event.ts'
import type { Db } from '../../store/database/database.ts'
import { cookieName } from '../http/cookies.ts'
import type { LoginConfig } from '../http/login-config.ts'
import { isOriginOfCallback } from '../http/web-origin.ts'
import type { Step } from '../pipeline/step.ts'
import type { Directory } from '../tenant/directory.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { TenantKeys } from '../tenant/tenant-keys.ts'
import type { TransactionServices } from '../transaction/transaction-services.ts'
import { createAdapterFactory } from './adapter.ts'
import { createAdmitRequest } from './admit-request.ts'
import { findAudience, requestedAudience, toEngineResource } from './audience.ts'
import { logAuthorizations } from './authorization-events.ts'
import { EXTRA_PARAMETERS, normalizeAuthorizeQuery } from './authorize-parameters.ts'
import { accessTokenClaims, teachModels } from './carry-plan.ts'
import { CLAIMS_BY_SCOPE } from './claims.ts'
import { registerClientCredentials } from './client-credentials.ts'
import { throttleClientSecrets } from './client-secret-throttle.ts'
import { createGrantLoader } from './create-grant.ts'
import { ROUTES } from './engine-routes.ts'
import { createFindAccount } from './find-account.ts'
import { nameRefusals } from './grant-refusal.ts'
import { createInteractionPolicy, interactionUrl } from './interaction-policy.ts'
import { createLifetimes } from './lifetimes.ts'
import { requireRedirectUri } from './redirect-uri.ts'
import { createRenderError, createShowProblem } from './render-error.ts'
import { RESPONSE_TYPES, readCallbacksPerRequest } from './response-types.ts'
import { mayRevoke, sendRevocationBare } from './revocation.ts'
import { countProofs } from './sender-constraint.ts'
import { toAuth0Dialect } from './token-dialect.ts'
import { logTokens } from './token-events.ts'
import { registerWebMessage } from './web-message.ts'
import { withholdAnswers } from './withhold-answer.ts'

/** What the engine needs of the server. */
export interface EngineServices {
  readonly db: Db
  readonly volatileDb: Db
  readonly log: TenantLog
  readonly clock: Clock
  readonly random: RandomBytes
  readonly secretBox: SecretBox
  readonly config: Pick<LoginConfig, 'limitClientSecrets'>
  readonly logError: LogError
}

export interface ProviderOptions {
  readonly tenant: Tenant
  readonly keys: TenantKeys
  readonly services: EngineServices
  readonly login: TransactionServices
  readonly directory: Directory
  readonly steps: readonly Step[]
}

type Features = NonNullable<Configuration['features']>

const featuresOf = ({ tenant, keys, directory }: ProviderOptions): Features => ({
  devInteractions: { enabled: false },
  clientCredentials: { enabled: true },
  revocation: { enabled: true, allowedPolicy: async (_, client, token) => mayRevoke(client, token) },
  pushedAuthorizationRequests: { enabled: true, allowUnregisteredRedirectUris: false },
  // A nonce helps a client whose clock is wrong; no other needs one, as each proof is good once.
  dPoP: { enabled: true, nonceSecret: Buffer.from(keys.dpopNonce) },
  // `/v2/logout` and `/oidc/logout` are ours: the engine's confirmation cannot be skipped and needs scripts.
  rpInitiatedLogout: { enabled: false },
  resourceIndicators: {
    enabled: true,
    // At `/oauth/token` the choice is made: the code names its API.
    defaultResource: (context, _, oneOf) => oneOf ?? requestedAudience(context, tenant),
    useGrantedResource: () => true,
    getResourceServerInfo: async (_, audience) =>
      toEngineResource(await findAudience(directory, tenant, audience), audience),
  },
})

const cookiesOf = ({ tenant, keys }: ProviderOptions): NonNullable<Configuration['cookies']> => {
  const secure = tenant.issuer.startsWith('https:')
  const attributes = { httpOnly: true, sameSite: 'lax', secure, overwrite: true } as const
  return {
    keys: [keys.cookie],
    names: {
      session: cookieName('session', secure),
      interaction: cookieName('interaction', secure),
      resume: cookieName('resume', secure),
    },
    long: { ...attributes, signed: true },
    // They say which login, not whose: an interaction is found in the browser that began it and nowhere else.
    short: { ...attributes, signed: false },
  }
}

const configurationOf = (options: ProviderOptions): Configuration => {
  const { tenant, keys, services, login, directory, steps } = options
  const admit = createAdmitRequest(directory, login)
  return {
    adapter: createAdapterFactory({ ...services, tenant, directory }),
    jwks: { keys: keys.signing.map(key => ({ ...key })) as NonNullable<Configuration['jwks']>['keys'] }, // RSA keys made by us
    cookies: cookiesOf(options),
    routes: ROUTES,
    features: featuresOf(options),
    ttl: createLifetimes(services.clock),
    claims: Object.fromEntries(Object.entries(CLAIMS_BY_SCOPE).map(([scope, names]) => [scope, [...names]])),
    scopes: ['openid', 'offline_access'],
    // Passport's strategies ask `/userinfo` so; the address of that request is neither logged nor kept by a browser.
    acceptQueryParamAccessTokens: true,
    responseTypes: RESPONSE_TYPES,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    enabledJWA: { idTokenSigningAlgValues: ['RS256'], dPoPSigningAlgValues: [...DPOP_ALGORITHMS] },
    // Applications read the profile from the ID token, whether or not they also get an access token.
    conformIdTokenClaims: false,
    // `transaction_id` comes last: its check runs on every request, after everything else was found valid.
    extraParams: Object.fromEntries(EXTRA_PARAMETERS.map(name => [name, name === 'transaction_id' ? admit : null])),
    pkce: { required: (_, client) => client.clientAuthMethod === 'none' },
    clientBasedCORS: (context, origin, client) =>
      (context.oidc.route === 'userinfo' || client.clientAuthMethod === 'none') &&
      isOriginOfCallback(client.redirectUris ?? [], origin),
    findAccount: createFindAccount(services.db, steps),
    loadExistingGrant: createGrantLoader(directory, services.random),
    interactions: { policy: createInteractionPolicy({ db: services.db, steps }), url: interactionUrl },
    issueRefreshToken: (_, client, source) =>
      client.grantTypeAllowed('refresh_token') && source.scopes.has('offline_access'),
    rotateRefreshToken: true,
    // Logging out ends the session; tokens that applications hold live on, as with Auth0.
    expiresWithSession: () => false,
    extraTokenClaims: (context, token) => accessTokenClaims(context, token, tenant),
    formats: { customizers: { jwt: toAuth0Dialect(tenant) } },
    discovery: {
      end_session_endpoint: `${tenant.issuer}oidc/logout`,
      request_parameter_supported: false,
      claims_locales_supported: undefined,
    },
    renderError: createRenderError({ ...services, directory }),
  }
}

/**
 * Creates the engine. It believes the forwarding headers of the requests that it is given, because the login's door
 * writes them itself: every absolute address in its answers comes from the issuer, never from the network.
 */
export const createProvider = (options: ProviderOptions): Provider => {
  const { tenant, services, directory } = options
  const provider = new Provider(tenant.issuer, configurationOf(options))
  provider.proxy = true
  provider.Client.prototype.includeSid = () => true
  teachModels(provider, tenant)
  countProofs(provider, services)
  registerClientCredentials(provider, services, { tenant, directory })
  throttleClientSecrets(provider, services)
  withholdAnswers(provider, services, directory)
  readCallbacksPerRequest(provider)
  requireRedirectUri(provider)
  nameRefusals(provider)
  registerWebMessage(provider, createShowProblem({ directory }))
  sendRevocationBare(provider)
  provider.use(async (context, next) => {
    if (context.path.toLowerCase() === ROUTES.authorization) context.query = normalizeAuthorizeQuery(context.query)
    await next()
  })
  logAuthorizations(provider, { ...services, directory })
  logTokens(provider, { ...services, directory })
  return provider
}
