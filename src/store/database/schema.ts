/** The tables as Kysely sees them, by noun in `tables/`; the SQL in `migrations/` is the truth. */

import type { ActionTables } from './tables/action-tables.ts'
import type { ExperimentTables } from './tables/experiment-tables.ts'
import type { LogTables } from './tables/log-tables.ts'
import type { LoginTables } from './tables/login-tables.ts'
import type { TenantTables } from './tables/tenant-tables.ts'
import type { UserTables } from './tables/user-tables.ts'

/** Every table of the product. */
export interface Database extends TenantTables, UserTables, ExperimentTables, LoginTables, LogTables, ActionTables {}
