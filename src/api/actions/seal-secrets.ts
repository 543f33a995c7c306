/** Secrets of an Action between the request, the database and a run. */

import type { SecretBox } from '../../base/secret-box.ts'
import { replaceSecrets, type SealedSecret, type SecretWish, secretContext } from '../../model/action-secret.ts'
import type { TenantId } from '../../model/ids.ts'

interface Owner {
  readonly tenantId: TenantId
  readonly actionId: string
}

/** The list after a request, as it is stored. @throws `action_secret_without_value` */
export const sealSecrets = (
  box: SecretBox,
  owner: Owner & { readonly stored: readonly SealedSecret[]; readonly now: Date },
  wishes: readonly SecretWish[],
): readonly SealedSecret[] =>
  replaceSecrets(
    owner.stored,
    wishes,
    (name, value) => box.seal(value, secretContext({ ...owner, name })),
    owner.now.toISOString(),
  )

/** `event.secrets` of a run. */
export const openSecrets = (
  box: SecretBox,
  owner: Owner,
  secrets: readonly SealedSecret[],
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    secrets.map(({ name, sealed_value }) => [name, box.open(sealed_value, secretContext({ ...owner, name }))]),
  )
