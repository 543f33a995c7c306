/** A client as the OIDC engine reads it (OpenID Connect Dynamic Client Registration 1.0 section 2). */

import type { AdapterPayload } from 'oidc-provider'
import type { Client } from '../tenant/directory.ts'
import { responseTypesOf } from './response-types.ts'

/** The grants that the engine serves; a client may have others for later. */
const GRANTS = ['authorization_code', 'implicit', 'refresh_token', 'client_credentials']

/** Those that begin in a browser, which needs a place to return to. */
const OF_BROWSERS = ['authorization_code', 'implicit']

export const toClientMetadata = (client: Client): AdapterPayload => {
  const returns = client.callbacks.length > 0
  const grants = client.grantTypes.filter(grant => GRANTS.includes(grant) && (returns || !OF_BROWSERS.includes(grant)))
  return {
    client_id: client.clientId,
    client_name: client.name,
    ...(client.secret === undefined ? {} : { client_secret: client.secret }),
    redirect_uris: [...client.callbacks],
    // A callback with a scheme of its own, or on a loopback port that changes, is a native application's only.
    application_type: client.appType === 'native' ? 'native' : 'web',
    grant_types: grants,
    response_types: responseTypesOf(grants),
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
  }
}
