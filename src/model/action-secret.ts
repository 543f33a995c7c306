/** The secrets of an Action: written, sealed, replaced, and never shown again. */

import { apiError } from './error-codes.ts'
import type { TenantId } from './ids.ts'

/** As it is stored. The wire shows `name` and `updated_at` only. */
export interface SealedSecret {
  readonly name: string
  readonly sealed_value: string
  /** RFC 3339, as on the wire. */
  readonly updated_at: string
}

/** As a request writes it; without a value, the stored one stays. */
export interface SecretWish {
  readonly name: string
  readonly value?: string | undefined
}

/** Where a secret belongs: sealed with it, a value cannot be opened in another place. */
export interface SecretPlace {
  readonly tenantId: TenantId
  readonly actionId: string
  readonly name: string
}

/** The context with which a secret is sealed and opened; the name, which may be any text, stands last. */
export const secretContext = ({ tenantId, actionId, name }: SecretPlace): string =>
  `actions/${tenantId}/${actionId}/secrets/${name}`

/**
 * The list after a request: the request's list takes the place of the stored one. A secret that it names without a
 * value keeps its stored value, so that a client which cannot read values can still write the list.
 *
 * @param now RFC 3339
 * @throws `action_secret_without_value` naming a secret that has no value to keep
 */
export const replaceSecrets = (
  stored: readonly SealedSecret[],
  wishes: readonly SecretWish[],
  seal: (name: string, value: string) => string,
  now: string,
): readonly SealedSecret[] =>
  wishes.map(({ name, value }) => {
    if (value !== undefined) return { name, sealed_value: seal(name, value), updated_at: now }
    const kept = stored.find(secret => secret.name === name)
    if (kept) return kept
    throw apiError(
      'action_secret_without_value',
      `The secret ${JSON.stringify(name)} has no stored value to keep; give it one.`,
    )
  })
