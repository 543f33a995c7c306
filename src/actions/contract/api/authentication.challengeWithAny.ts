/** api.authentication.challengeWithAny: the user proves a factor of the user's choice before the next Action runs. */

import { factors, toFactor } from './factor.ts'
import { argument, method } from './method.ts'

export const authenticationChallengeWithAny = method({
  path: 'authentication.challengeWithAny',
  doc: 'Lets the user choose a second factor to prove before the next Action.',
  triggers: ['post-login'],
  parameters: [argument('factors', factors, 'The factors to choose from.')],
  returns: 'void',
  effects: ([choice]) => [{ kind: 'challenge', suspends: true, choose: 'any', factors: choice.map(toFactor) }],
})
