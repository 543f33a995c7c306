/** A client as the OIDC engine reads it (OpenID Connect Dynamic Client Registration 1.0 section 2). */

import type { AdapterPayload } from 'oidc-provider'
import type { Client } from '../directory.ts'

/** The grants that the engine serves; a client may have others for later. */
const GRANTS = ['authorization_code', 'refresh_token', 'client_credentials']

export const toClientMetadata = (client: Client): AdapterPayload => {
  const isBrowserClient = client.grantTypes.includes('authorization_code') && client.callbacks.length > 0
  return {
    client_id: client.clientId,
    client_name: client.name,
    ...(client.secret === undefined ? {} : { client_secret: client.secret }),
    redirect_uris: [...client.callbacks],
    // A callback with a scheme of its own, or on a loopback port that changes, is a native application's only.
    application_type: client.appType === 'native' ? 'native' : 'web',
    grant_types: client.grantTypes.filter(
      grant => GRANTS.includes(grant) && (isBrowserClient || grant !== 'authorization_code'),
    ),
    response_types: isBrowserClient ? ['code'] : [],
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
  }
}
