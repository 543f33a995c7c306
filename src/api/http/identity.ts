/** Who sends a request: found once, before anything else is done for it. */

import type { Context } from 'hono'
import type { Caller } from './api-context.ts'
import type { ManagementApiDeps, TenantContext } from './api-deps.ts'
import type { Authenticate, Authenticated } from './authenticate.ts'

/** What is known of a sender; what failed is thrown by the operation that needs it. */
export type Identity =
  | { readonly tenant: TenantContext; readonly caller: Caller; readonly useProof: Authenticated['useProof'] }
  | { readonly tenant: TenantContext | undefined; readonly caller: undefined; readonly failure: unknown }

/** What the application's handlers find in their context. */
export interface ApiEnvironment {
  readonly Variables: { readonly identity: Identity }
}

export type ApiRequest = Context<ApiEnvironment>

/** Finds the tenant, then the caller by the token. Writes nothing, never rejects. */
export const identify = async (
  request: Request,
  { tenantOf }: Pick<ManagementApiDeps, 'tenantOf'>,
  authenticate: Authenticate,
): Promise<Identity> => {
  let tenant: TenantContext | undefined
  try {
    tenant = await tenantOf(request)
    return { tenant, ...(await authenticate(request, tenant)) }
  } catch (failure) {
    return { tenant, caller: undefined, failure }
  }
}

/** Uses the proof of a caller up: one with a proof that was used before is no caller. Never rejects. */
export const useProofOf = async (identity: Identity): Promise<Identity> => {
  if (!identity.caller) return identity
  try {
    await identity.useProof()
    return identity
  } catch (failure) {
    return { tenant: identity.tenant, caller: undefined, failure }
  }
}
