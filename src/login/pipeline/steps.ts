/** The table of steps, in the order in which every login takes them. */

import type { LoginContext } from '../begin-transaction.ts'
import { assignUser } from './assign-user.ts'
import { blockedUser } from './blocked-user.ts'
import type { Step } from './step.ts'

export const createSteps = (context: LoginContext): readonly Step[] => [blockedUser, assignUser(context)]
