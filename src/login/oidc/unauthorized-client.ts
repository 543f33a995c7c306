/** Refuses a grant that a client does not have in the protocol's own word. */

import type { Provider } from 'oidc-provider'
import { paramOf } from './engine-context.ts'

/** What the engine says, with `invalid_request` as its code. */
const NOT_ALLOWED = 'requested grant type is not allowed for this client'

/** RFC 6749 section 5.2 has `unauthorized_client` for it, and applications look for that. */
export const nameUnauthorizedClients = (provider: Provider): void => {
  provider.on('grant.error', (context, error) => {
    if (error.error_description !== NOT_ALLOWED) return
    const grant = (paramOf(context, 'grant_type') ?? '').slice(0, 64)
    error.error = 'unauthorized_client'
    error.error_description = `Grant type '${grant}' not allowed for the client.`
    context.status = 403
    context.body = { error: error.error, error_description: error.error_description }
  })
}
