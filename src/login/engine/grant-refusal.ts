/** Says at `/oauth/token` what was wrong, in the words that applications look for. */

import type { errors, Provider } from 'oidc-provider'
import { paramOf } from './engine-context.ts'

/** What the engine says of a grant that a client does not have, with `invalid_request` as its code. */
const NOT_ALLOWED = 'requested grant type is not allowed for this client'

/** Of what is wrong with a code or a token, the engine tells the caller only that something is. */
const UNSAID = 'grant request is invalid'

/** By `grant_type`: a code or a token that is unknown, expired, used, revoked or another client's. */
const UNKNOWN: Readonly<Record<string, string>> = {
  authorization_code: 'Invalid authorization code',
  refresh_token: 'Unknown or invalid refresh token.',
}

/** What a client has got wrong itself, by the private half of the engine's error; it says nothing of others. */
const OWN_MISTAKES: Readonly<Record<string, string>> = {
  'code_verifier must be provided': 'Failed to verify code verifier',
  'code_verifier does not match code_challenge': 'Failed to verify code verifier',
  'authorization code redirect_uri mismatch': 'The redirect_uri is not the one of the authorization request',
  'missing DPoP proof JWT': 'The authorization request announced a DPoP key: send its proof',
  'DPoP proof key thumbprint does not match dpop_jkt': 'The DPoP proof is not of the key that was announced',
  'failed jkt verification': 'The refresh token is bound to a DPoP key: send a proof of it',
  'DPoP proof JWT Replay detected': 'The DPoP proof was used before',
}

type GrantError = Pick<errors.OIDCProviderError, 'error' | 'error_description' | 'error_detail'>

interface Saying {
  readonly error: string
  readonly description: string
  readonly status: 400 | 403
}

/** RFC 6749 section 5.2 has `unauthorized_client` for a grant that a client does not have. */
const sayingOf = (grant: string, { error_description: said, error_detail: detail }: GrantError): Saying | undefined => {
  if (said === NOT_ALLOWED) {
    const description = `Grant type '${grant.slice(0, 64)}' not allowed for the client.`
    return { error: 'unauthorized_client', description, status: 403 }
  }
  const description = said === UNSAID ? (OWN_MISTAKES[detail ?? ''] ?? UNKNOWN[grant]) : undefined
  return description === undefined ? undefined : { error: 'invalid_grant', description, status: 400 }
}

/** Rewrites refusals before they are logged and sent. */
export const nameRefusals = (provider: Provider): void => {
  provider.on('grant.error', (context, error) => {
    const saying = sayingOf(paramOf(context, 'grant_type') ?? '', error)
    if (!saying) return
    error.error = saying.error
    error.error_description = saying.description
    context.status = saying.status
    context.body = { error: saying.error, error_description: saying.description }
  })
}
