/** A payload of the OIDC engine as a row: what it belongs to, and until when. */

import type { AdapterPayload } from 'oidc-provider'
import type { Clock } from '../../base/clock.ts'
import type { TenantId } from '../../model/ids.ts'
import { GRANT_MODEL, type NewOidcPayload } from '../../store/logins/oidc-payload-store.ts'
import { SESSION_TOKEN_MODELS } from '../../store/logins/session-end.ts'
import { LIFETIME } from '../transaction/lifetime.ts'
import { withoutSecrets } from './stored-payload.ts'

/** Seconds; undefined = without an end. */
type Lifetime = number | undefined

/** The grant that a payload belongs to; a grant belongs to itself. */
const grantIdOf = (model: string, id: string, { grantId }: AdapterPayload): string | undefined =>
  model === GRANT_MODEL ? id : grantId

/** The second id of a payload: its own, or of what ends with a session, the session's. */
const secondIdOf = (model: string, { uid, sessionUid }: AdapterPayload): string | undefined =>
  SESSION_TOKEN_MODELS.includes(model) ? sessionUid : uid

export const PUSHED_MODEL = 'PushedAuthorizationRequest'

/**
 * Seconds for which a payload is kept. A pushed request may be used for a minute; the login that it leads to may take the
 * lifetime of an interaction, and until that ends the row says whether it was used.
 */
const keptFor = (model: string, expiresIn: number): number =>
  model === PUSHED_MODEL ? expiresIn + LIFETIME.interaction : expiresIn

export type ToEntry = (model: string, id: string, payload: AdapterPayload, expiresIn: Lifetime) => NewOidcPayload

export const createToEntry =
  (tenantId: TenantId, clock: Clock): ToEntry =>
  (model, id, payload, expiresIn) => ({
    tenantId,
    model,
    id,
    payload: withoutSecrets(payload),
    grantId: grantIdOf(model, id, payload),
    uid: secondIdOf(model, payload),
    expiresAt: expiresIn === undefined ? undefined : new Date(clock() + keptFor(model, expiresIn) * 1000),
  })
