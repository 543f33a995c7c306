/** The step `blocked_user`. */

import { CONTINUE, type Step } from '../pipeline/step.ts'

/** What the application reads. */
export const BLOCKED = { error: 'unauthorized', description: 'user is blocked' } as const

export const blockedUser: Step = {
  name: 'blocked_user',
  doc: 'A blocked user gets no tokens, not even by a session or a refresh token that is older than the block.',
  kinds: ['interactive', 'session', 'silent', 'refresh'],
  run: async ({ user }) => (user.blocked ? { kind: 'deny', ...BLOCKED } : CONTINUE),
}
