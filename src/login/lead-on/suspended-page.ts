/**
 * Where a suspended login waits, as its interaction keeps it: sealed, because the address holds the interaction's id, which
 * stands in the table as a hash only.
 */

import { isJsonObject, parseJson } from '../../base/json.ts'
import { type SecretBox, UnsealError } from '../../base/secret-box.ts'
import type { TenantId } from '../../model/ids.ts'

/** The member of the interaction's payload that keeps it. */
export const SUSPENDED_PAGE = 'suspendedPage'

export interface SuspendedPage {
  /** Of the interaction. */
  readonly id: string
  readonly address: string
}

/** Binds the sealed text to its place. */
interface Place {
  readonly tenantId: TenantId
  readonly transactionId: string
}

const placeOf = ({ tenantId, transactionId }: Place): string => `interactions:${tenantId}:${transactionId}`

export const sealSuspendedPage = (box: SecretBox, place: Place, page: SuspendedPage): string =>
  box.seal(JSON.stringify(page), placeOf(place))

/** What `sealSuspendedPage` sealed; undefined for an interaction without it, and for one that was sealed with another key. */
export const openSuspendedPage = (
  box: SecretBox,
  place: Place,
  payload: Readonly<Record<string, unknown>>,
): SuspendedPage | undefined => {
  const sealed = payload[SUSPENDED_PAGE]
  if (typeof sealed !== 'string') return undefined
  try {
    const page = parseJson(box.open(sealed, placeOf(place)))
    if (!isJsonObject(page) || typeof page.id !== 'string' || typeof page.address !== 'string') return undefined
    return { id: page.id, address: page.address }
  } catch (error) {
    if (error instanceof UnsealError) return undefined
    throw error
  }
}
