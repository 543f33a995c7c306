/** Second factors as arguments of the authentication methods. */

import type { Factor } from '../effects.ts'
import { jsonObject, type Kind, listOf, optional, record, required, text } from './kind.ts'

const factorRecord = record({
  type: required(
    text(64),
    'Such as otp, webauthn-roaming, webauthn-platform, recovery-code, phone, push-notification.',
  ),
  options: optional(jsonObject, 'Wishes for this factor, such as preferredMethod.'),
})

/** Unknown types pass: the host ignores factors that it does not offer. */
export const factor: Kind<Factor> = { ts: 'Factor', complaint: factorRecord.complaint }

/** The declaration behind the name `Factor`. */
export const FACTOR_DECLARATION = factorRecord.ts

export const factors = listOf(factor, 10)

/** The alternatives beside the factor that is asked for first. */
export const alternatives = record({
  additionalFactors: optional(factors, 'Factors that the user may choose instead.'),
})

/** Only what the effect carries: an author may have put anything beside it. */
export const toFactor = ({ type, options }: Factor): Factor => (options ? { type, options } : { type })
