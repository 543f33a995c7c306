/** The table of allocation strategies, keyed by the name on the wire. */

import type { AllocationStrategy } from '../snapshot/snapshot.ts'
import { percentage } from './percentage.ts'
import { segment } from './segment.ts'
import type { Strategy } from './strategy.ts'

export const STRATEGIES: { readonly [Name in AllocationStrategy]: Strategy } = { percentage, segment }
