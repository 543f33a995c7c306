/** The flow of an experiment as the wire writes it. */

import { z } from 'zod'
import type { AuthenticationFlow } from '../decision/snapshot/flow.ts'

/**
 * Each word of the wire and what it means: the six of the later generation, ours (`login` and `signup` alone), and two of
 * the Beta, which took any text. A word comes back as it was written, because a client compares the two.
 */
export const FLOW_WORDS = {
  authentication: 'authentication',
  login: 'login',
  signup: 'signup',
  mfa_enrollment: 'mfa_enrollment',
  mfa_challenge: 'mfa_challenge',
  passkey_enrollment: 'passkey_enrollment',
  password_reset: 'password_reset',
  all: 'all',
  pre_login: 'authentication',
  pre_authentication: 'authentication',
} as const satisfies { readonly [word: string]: AuthenticationFlow }

export type FlowWord = keyof typeof FLOW_WORDS

const WORDS = Object.keys(FLOW_WORDS) as [FlowWord, ...FlowWord[]] // Object.keys forgets them

export const flowWordSchema = z.enum(WORDS).meta({
  description: 'The flow that the experiment belongs to; docs/guides/experiments.md says when each is decided.',
})

/** What a word means. */
export const flowOf = (word: FlowWord): AuthenticationFlow => FLOW_WORDS[word]
