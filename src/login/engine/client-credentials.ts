/** The grant `client_credentials`: a machine gets a token for one API, with the scopes that it was granted. */

import { errors, type Provider, type TokenEndpointGrantContext } from 'oidc-provider'
import type { Clock } from '../../base/clock.ts'
import type { Db } from '../../store/database/database.ts'
import type { Directory } from '../tenant/directory.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { toEngineResource } from './audience.ts'
import { organizationProblem } from './request-problem.ts'
import { provedKey } from './sender-constraint.ts'

interface Parameters {
  readonly audience?: string | undefined
  readonly organization?: string | undefined
}

const denied = (description: string): errors.OIDCProviderError => {
  const error = new errors.OIDCProviderError(403, 'access_denied')
  error.error_description = description
  return error
}

/** All granted scopes, or those of them that the request names; what was not granted is left out silently. */
const chooseScopes = (granted: readonly string[], requested: string | undefined): readonly string[] => {
  const asked = requested?.split(' ').filter(Boolean) ?? []
  return asked.length === 0 ? granted : granted.filter(scope => asked.includes(scope))
}

/** Registers the grant in place of the engine's own, which knows neither `audience` nor client grants. */
export const registerClientCredentials = (
  provider: Provider,
  proofs: { readonly volatileDb: Db; readonly clock: Clock },
  { tenant, directory }: { readonly tenant: Tenant; readonly directory: Directory },
): void => {
  const handle = async (context: TokenEndpointGrantContext<Parameters>): Promise<void> => {
    const { client, params } = context.oidc
    const problem = organizationProblem({ organization: params.organization })
    if (problem) throw new errors.InvalidRequest(problem)
    if (!params.audience)
      throw denied('No audience parameter was provided, and no default audience has been configured')
    const server = await directory.resourceServer(tenant, params.audience)
    if (!server) throw denied(`Service not enabled within domain: ${params.audience}`)
    const grant = await directory.clientGrant(tenant.tenantId, client.clientId, server)
    if (!grant) {
      throw denied(`Client is not authorized to access "${params.audience}". Create a client grant for this API first.`)
    }
    const scopes = chooseScopes(
      server.scopes.filter(scope => grant.scopes.includes(scope)),
      params.scope,
    )
    const token = new provider.ClientCredentials({ client, scope: scopes.join(' ') })
    const resource = toEngineResource(server, params.audience)
    token.resourceServer = new provider.ResourceServer(params.audience, resource)
    const key = await provedKey(context, client.clientId, proofs)
    if (key !== undefined) token.setThumbprint('jkt', key)
    context.oidc.entity('ClientCredentials', token)
    const value = await token.save()
    context.body = {
      access_token: value,
      ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
      expires_in: token.expiration,
      token_type: token.tokenType,
    }
  }
  provider.registerGrantType('client_credentials', handle, ['audience', 'scope', 'organization'])
}
