/** Where sessions and refresh tokens began: noted once, when they are made, for Actions that compare. */

import { isJsonObject } from '../../base/json.ts'
import type { Origin } from '../pipeline/login-facts.ts'
import type { Exchange } from '../transaction/exchange.ts'

/** The member of the engine's models that holds it. */
export const ORIGIN = 'origin'

/** Characters that are kept of a header that its sender makes as long as he likes. */
const MAX_USER_AGENT = 512

/** The browser of a request, as it is now. */
export const originOfRequest = ({ ip, userAgent, startedAt }: Exchange): Origin => ({
  at: startedAt,
  ip,
  userAgent: userAgent?.slice(0, MAX_USER_AGENT),
})

/** Where a session, or the login of a grant, began; undefined for what is older than this note. */
export const originOf = (entity: object | undefined): Origin | undefined => {
  const noted: unknown = entity && Reflect.get(entity, ORIGIN)
  return isJsonObject(noted) ? (noted as unknown as Origin) : undefined // written by `noteOrigin` only
}

/** Notes the request as the one in which a session or a grant began, unless another one is noted. */
export const noteOrigin = (entity: object, exchange: Exchange): void => {
  if (!originOf(entity)) Reflect.set(entity, ORIGIN, originOfRequest(exchange))
}
