/** Which API a token is for, and what it may do there. */

import { errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider'
import type { ResourceServerRecord } from '../../store/tenants/resource-server-store.ts'
import type { Directory } from '../tenant/directory.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { OIDC_SCOPES } from './claims.ts'
import { paramOf, userOf } from './engine-context.ts'

/** The audience that only names where opaque tokens are used anyway. */
export const userinfoAudience = (tenant: Tenant): string => `${tenant.issuer}userinfo`

/** The API that an authorization request asks for; none when it wants a token for `/userinfo` only. */
export const requestedAudience = (context: KoaContextWithOIDC, tenant: Tenant): string | undefined => {
  const audience = paramOf(context, 'audience')
  return audience === '' || audience === userinfoAudience(tenant) ? undefined : audience
}

/** How the engine issues tokens for an API: RS256 JWTs, whose scopes may be the API's and OpenID Connect's. */
export const toEngineResource = (server: ResourceServerRecord, audience: string): ResourceServer => ({
  audience,
  scope: [...server.scopes, ...OIDC_SCOPES].join(' '),
  accessTokenTTL: server.tokenLifetime,
  accessTokenFormat: 'jwt',
  jwt: { sign: { alg: 'RS256' } },
})

/** @throws AccessDenied for an audience that is no API of the tenant */
export const findAudience = async (
  directory: Directory,
  tenant: Tenant,
  audience: string,
): Promise<ResourceServerRecord> => {
  const server = await directory.resourceServer(tenant, audience)
  if (!server) throw new errors.AccessDenied(`Service not found: ${audience}`)
  return server
}

/**
 * The scopes that a user's login gets at an API. Every user may use every scope of the tenant's own APIs. The
 * Management API is different: only administrators get its scopes, and only through an application that was granted
 * them itself, so that no other application can turn an administrator's login into power over the tenant.
 */
export const grantedApiScopes = async (
  context: KoaContextWithOIDC,
  directory: Directory,
  tenant: Tenant,
  audience: string,
): Promise<readonly string[]> => {
  const server = await findAudience(directory, tenant, audience)
  if (!server.isSystem) return server.scopes
  const { client } = context.oidc
  if (!client || userOf(context)?.isAdministrator !== true) return []
  const grant = await directory.clientGrant(tenant.tenantId, client.clientId, server)
  return server.scopes.filter(scope => grant?.scopes.includes(scope))
}
