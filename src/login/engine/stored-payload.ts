/** What the OIDC engine's models leave in a table, and how they come back from it. */

import type { AdapterPayload } from 'oidc-provider'
import type { OidcPayload } from '../../store/logins/oidc-payload-store.ts'

/**
 * The payload without what opens something: its own id, the session's id that an interaction repeats, and the
 * address of the interaction, which holds its id too. The table holds ids as hashes only.
 */
export const withoutSecrets = ({
  jti: _,
  returnTo: __,
  session,
  ...payload
}: AdapterPayload): Record<string, unknown> => {
  if (!session) return payload
  const { cookie: ___, ...rest } = session
  return { ...payload, session: rest }
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000)

/** A payload as the engine stored it. */
export const restorePayload = ({ payload, consumedAt }: OidcPayload, id: string | undefined): AdapterPayload => ({
  ...payload,
  ...(id === undefined ? {} : { jti: id }),
  ...(consumedAt ? { consumed: seconds(consumedAt) } : {}),
})
