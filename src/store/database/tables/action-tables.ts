/** The tables of Actions, their versions, bindings and executions. */

import type { Generated, GeneratedAlways } from 'kysely'
import type { ActionDependency, BuildError } from '../../../model/action.ts'
import type { ExecutionResult, ExecutionStatus } from '../../../model/action-execution.ts'
import type { SealedSecret } from '../../../model/action-secret.ts'
import type { JsonColumn, Timestamp } from './column.ts'

interface ActionsTable {
  tenant_id: string
  action_id: string
  name: string
  trigger_id: string
  code: string
  dependencies: JsonColumn<readonly ActionDependency[]>
  runtime: string
  secrets: JsonColumn<readonly SealedSecret[]>
  status: Generated<'built' | 'failed'>
  built_at: Timestamp
  draft_revision: Generated<number>
  last_version_number: Generated<number>
  deployed_version_id: string | null
  deployed_trigger_id: string | null
  created_at: Timestamp
  updated_at: Timestamp
}

interface ActionVersionsTable {
  tenant_id: string
  action_id: string
  version_id: string
  number: number
  trigger_id: string
  code: string
  dependencies: JsonColumn<readonly ActionDependency[]>
  runtime: string
  secrets: JsonColumn<readonly SealedSecret[]>
  /** Up to several megabytes: selected only where it is run. */
  program: string | null
  built_trigger_id: GeneratedAlways<string | null>
  errors: JsonColumn<readonly BuildError[]>
  draft_revision: number
  built_at: Timestamp | null
  created_at: Timestamp
}

interface ActionBindingsTable {
  tenant_id: string
  binding_id: string
  trigger_id: string
  position: number
  action_id: string
  display_name: string
  created_at: Timestamp
  updated_at: Timestamp
}

interface ActionExecutionsTable {
  tenant_id: string
  execution_id: string
  trigger_id: string
  status: ExecutionStatus
  results: JsonColumn<readonly ExecutionResult[]>
  created_at: Timestamp
  updated_at: Timestamp
  expires_at: Timestamp
}

export interface ActionTables {
  actions: ActionsTable
  action_versions: ActionVersionsTable
  action_bindings: ActionBindingsTable
  action_executions: ActionExecutionsTable
}
