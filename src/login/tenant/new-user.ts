/** A user before it is stored. */

import { type RandomBytes, randomHex } from '../../base/random.ts'
import type { NewUser } from '../../store/users/user-writes.ts'

const USER_ID_DIGITS = 24

export const namesOf = (email: string): Pick<NewUser, 'name' | 'nickname'> => ({
  name: email,
  nickname: email.split('@', 1)[0] ?? email,
})

/** A user before it is stored. */
export const newUser = (
  user: Pick<NewUser, 'connectionId' | 'email' | 'passwordHash' | 'isAdministrator'>,
  random: RandomBytes,
): NewUser => ({
  ...user,
  userId: `auth0|${randomHex(USER_ID_DIGITS, random)}`,
  ...namesOf(user.email),
})
