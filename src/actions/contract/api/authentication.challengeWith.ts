/** api.authentication.challengeWith: the user proves one factor, perhaps with alternatives, before the next Action runs. */

import { alternatives, factor, toFactor } from './factor.ts'
import { argument, method, option } from './method.ts'

export const authenticationChallengeWith = method({
  path: 'authentication.challengeWith',
  doc: 'Asks for a second factor before the next Action. Factors that are not offered or not enrolled are ignored; when none is left, the login fails.',
  triggers: ['post-login'],
  parameters: [
    argument('factor', factor, 'The factor that is shown first.'),
    option('options', alternatives, 'Alternatives.'),
  ],
  returns: 'void',
  effects: ([first, options]) => [
    {
      kind: 'challenge',
      suspends: true,
      choose: 'first',
      factors: [first, ...(options?.additionalFactors ?? [])].map(toFactor),
    },
  ],
})
