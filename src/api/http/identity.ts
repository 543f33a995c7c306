/** Who sends a request: found once, before anything else is done for it. */

import type { Context } from 'hono'
import type { Caller } from './api-context.ts'
import type { ManagementApiDeps, TenantContext } from './api-deps.ts'
import type { Authenticate } from './authenticate.ts'

/** What is known of a sender; what failed is thrown by the operation that needs it. */
export type Identity =
  | { readonly tenant: TenantContext; readonly caller: Caller }
  | { readonly tenant: TenantContext | undefined; readonly caller: undefined; readonly failure: unknown }

/** What the application's handlers find in their context. */
export interface ApiEnvironment {
  readonly Variables: { readonly identity: Identity }
}

export type ApiRequest = Context<ApiEnvironment>

/** Finds the tenant, then the caller by the token. Never rejects. */
export const identify = async (
  request: Request,
  { tenantOf }: Pick<ManagementApiDeps, 'tenantOf'>,
  authenticate: Authenticate,
): Promise<Identity> => {
  let tenant: TenantContext | undefined
  try {
    tenant = await tenantOf(request)
    return { tenant, caller: await authenticate(request, tenant) }
  } catch (failure) {
    return { tenant, caller: undefined, failure }
  }
}
