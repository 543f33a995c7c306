/** Authentication flows: which experiments a request may be decided by, and which of them exclude each other. */

/** What a person goes through; an experiment is decided for one of these at a time. */
export type Flow = 'login' | 'signup' | 'mfa_enrollment' | 'mfa_challenge' | 'passkey_enrollment' | 'password_reset'

/** The flow of an experiment: one of those, or several together. */
export type AuthenticationFlow = Flow | 'authentication' | 'all'

/**
 * Flows by the moment at which their experiments are decided: `authorize` when the login transaction begins,
 * `post_login` when the user is known and before the Actions that may start the flow, `password_reset` when one begins.
 */
export const FLOWS_BY_MOMENT = {
  authorize: ['login', 'signup'],
  post_login: ['mfa_enrollment', 'mfa_challenge', 'passkey_enrollment'],
  password_reset: ['password_reset'],
} as const satisfies { readonly [moment: string]: readonly Flow[] }

interface FlowFacts {
  readonly doc: string
  /** The flows for which an experiment is decided and in force: `all` is decided at `/authorize` and holds from there on. */
  readonly decides: readonly Flow[]
  /** The flows that it takes for itself: of two experiments that share one, only one may be active. */
  readonly occupies: readonly Flow[]
}

const single = (flow: Flow, doc: string): FlowFacts => ({ doc, decides: [flow], occupies: [flow] })

const { authorize, post_login, password_reset } = FLOWS_BY_MOMENT

export const AUTHENTICATION_FLOWS: { readonly [Name in AuthenticationFlow]: FlowFacts } = {
  authentication: {
    doc: 'Log-in and sign-up, decided at `/authorize`.',
    decides: authorize,
    occupies: authorize,
  },
  login: single('login', 'Log-in alone, decided at `/authorize`; not in force on the sign-up page and after it.'),
  signup: single('signup', 'Sign-up alone, decided at `/authorize`; in force on the sign-up page and after a sign-up.'),
  mfa_enrollment: single('mfa_enrollment', 'Setting up a second factor, decided before the post-login Actions.'),
  mfa_challenge: single('mfa_challenge', 'Asking for a second factor, decided before the post-login Actions.'),
  passkey_enrollment: single('passkey_enrollment', 'Creating a passkey, decided before the post-login Actions.'),
  password_reset: single('password_reset', 'A password reset, decided when it begins.'),
  all: {
    doc: 'Every flow at once, decided at `/authorize`; no other experiment is active beside it.',
    decides: authorize,
    occupies: [...authorize, ...post_login, ...password_reset],
  },
}

/** True when two experiments of these flows cannot be active at the same time. */
export const areExclusive = (one: AuthenticationFlow, other: AuthenticationFlow): boolean =>
  AUTHENTICATION_FLOWS[one].occupies.some(flow => AUTHENTICATION_FLOWS[other].occupies.includes(flow))

const FOLLOW_UPS: readonly Flow[] = post_login

/** True for a flow that comes after others in the same request, so that what is wrong with it has been said already. */
export const isFollowUp = (flow: Flow): boolean => FOLLOW_UPS.includes(flow)

/** True when a request that is asked for one flow may come to an experiment of another: a login is no password reset. */
export const leadsTo = (asked: Flow, flow: AuthenticationFlow): boolean =>
  AUTHENTICATION_FLOWS[flow].decides.includes('password_reset') === (asked === 'password_reset')
