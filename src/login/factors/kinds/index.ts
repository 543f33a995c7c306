/** The table of second factors, in the order in which pages list them. */

import type { AuthenticationMethod } from '../../../store/users/authentication-method-store.ts'
import type { Factor } from './factor.ts'
import { otp } from './otp.ts'
import { recoveryCode } from './recovery-code.ts'
import { webauthnPlatform } from './webauthn-platform.ts'
import { webauthnRoaming } from './webauthn-roaming.ts'

export const FACTORS = {
  otp,
  'webauthn-platform': webauthnPlatform,
  'webauthn-roaming': webauthnRoaming,
  'recovery-code': recoveryCode,
} as const satisfies Record<string, Factor>

export type FactorName = keyof typeof FACTORS

export const FACTOR_NAMES = Object.keys(FACTORS) as readonly FactorName[] // the keys of the table

/** Actions may name factors that this server does not have: phone, email, push notifications. */
export const isFactorName = (name: string): name is FactorName => Object.hasOwn(FACTORS, name)

export const factorOf = (name: FactorName): Factor => FACTORS[name]

/** The factors that a user has set up. Passkeys replace the password, so they are no second factor. */
export const enrolledFactors = (methods: readonly AuthenticationMethod[]): readonly FactorName[] =>
  FACTOR_NAMES.filter(name => methods.some(({ type }) => type === FACTORS[name].methodType))
