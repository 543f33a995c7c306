/** The table of all operations: a further noun is one file and one line here. */

import { featureFlagOperations } from './feature-flags.ts'
import type { Operation } from './operation.ts'

/** Unique by method and path, and by id. */
export const OPERATIONS: readonly Operation[] = [...featureFlagOperations]
