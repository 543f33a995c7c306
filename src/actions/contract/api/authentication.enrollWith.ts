/** api.authentication.enrollWith: the user sets up one factor, perhaps with alternatives, before the next Action runs. */

import { alternatives, factor, toFactor } from './factor.ts'
import { argument, method, option } from './method.ts'

export const authenticationEnrollWith = method({
  path: 'authentication.enrollWith',
  doc: 'Asks the user to set up a second factor before the next Action. Factors that are not offered or already set up are ignored; when none is left, the login fails.',
  triggers: ['post-login'],
  parameters: [
    argument('factor', factor, 'The factor that is shown first.'),
    option('options', alternatives, 'Alternatives.'),
  ],
  returns: 'void',
  effects: ([first, options]) => [
    {
      kind: 'enrollment',
      suspends: true,
      choose: 'first',
      factors: [first, ...(options?.additionalFactors ?? [])].map(toFactor),
    },
  ],
})
