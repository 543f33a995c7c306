/** The settings of what is limited by how often it comes. Each can be switched off; the defaults suit one machine. */

import { block, rate } from './setting-kinds.ts'

const RATE = {
  read: rate,
  expects:
    'a number per second, minute, hour or day, with a burst behind a comma where it is another one, such as 100/day or 200/second,2000; or off',
} as const

const BLOCK = { read: block, expects: 'two whole numbers, such as 10,900; or off' } as const

export const LIMIT_OPTIONS = {
  limitAuthorize: {
    variable: 'LIMIT_AUTHORIZE',
    ...RATE,
    default: '100/second,3000',
    doc: 'How many logins a network may begin at `/authorize`, pushed requests (`/oauth/par`) counted as well. Beyond it the answer is 429, and nothing is stored. As everywhere here, a network is an IPv4 address or a /64 of IPv6, and each server counts for itself unless it is said otherwise.',
  },
  limitAuthorizeTenant: {
    variable: 'LIMIT_AUTHORIZE_TENANT',
    ...RATE,
    default: '500/second,50000',
    doc: 'How many logins all networks together may begin at a tenant, at `/authorize` and `/oauth/par`. It bounds what those who have networks without end can store, so set it to more than your busiest minute.',
  },
  limitManagementApi: {
    variable: 'LIMIT_MANAGEMENT_API',
    ...RATE,
    default: '200/second,2000',
    doc: 'How many requests of a client the Management API answers; its headers `X-RateLimit-…` say what is left. Requests without a valid token count for their network.',
  },
  limitLoggedRefusals: {
    variable: 'LIMIT_LOGGED_REFUSALS',
    ...RATE,
    default: '10/minute,300',
    doc: 'How many refusals of one type are written into the log for a network, and for all networks of a tenant three hundred times as many. What is beyond is answered all the same and counted: an event `log_events_left_out` a minute says how many there were.',
  },
  limitFailedLogins: {
    variable: 'LIMIT_FAILED_LOGINS',
    ...RATE,
    default: '100/day',
    doc: 'How many log-ins of a network may fail, for all accounts together, before its passwords are not looked at for a while. All servers count together.',
  },
  limitFailedSignups: {
    variable: 'LIMIT_FAILED_SIGNUPS',
    ...RATE,
    default: '100/day',
    doc: 'The same for sign-ups that fail because the user exists, or because an Action refuses them.',
  },
  limitClientSecrets: {
    variable: 'LIMIT_CLIENT_SECRETS',
    ...RATE,
    default: '1/minute,20',
    doc: 'How many wrong secrets of one client a network may send. All servers count together.',
  },
  limitAccount: {
    variable: 'LIMIT_ACCOUNT',
    ...BLOCK,
    default: '10,900',
    doc: 'After how many wrong passwords in a row a network is blocked for an account, and for how many seconds. All servers count together.',
  },
  limitFactors: {
    variable: 'LIMIT_FACTORS',
    ...BLOCK,
    default: '5,900',
    doc: 'After how many wrong codes of a second factor a user has to wait, and for how many seconds at first; each further wait is twice as long, up to a day. All servers count together.',
  },
} as const
