/** Deployments: which version of an Action runs, and how it comes to run. */

import type { Action, ActionVersion } from '../../model/action.ts'
import { apiError } from '../../model/error-codes.ts'
import { type ConfigurationWrite, refuseWhileReferenced } from '../database/configuration-write.ts'
import { toContentColumns } from './action-row.ts'
import { loadAction } from './action-store.ts'
import {
  type BuildOutcome,
  copyVersion,
  type FrozenDraft,
  freezeDraft,
  insertVersion,
  loadVersion,
  pruneVersions,
} from './action-version-store.ts'

const pointTo = (write: ConfigurationWrite, version: ActionVersion) =>
  refuseWhileReferenced(
    'action_bound',
    `The Action is bound to another trigger than ${version.triggerId}; unbind it before it is deployed for that one.`,
    write.db
      .updateTable('actions')
      .set({ deployed_version_id: version.id, deployed_trigger_id: version.triggerId })
      .where('tenant_id', '=', write.tenantId)
      .where('action_id', '=', version.actionId)
      .execute(),
  )

/**
 * What the deployment says of the draft, unless the draft has been edited since. The draft takes the versions of its
 * dependencies from the build, so that the next deployment bundles the same ones.
 */
const judgeDraft = (
  { db, tenantId, now }: ConfigurationWrite,
  { actionId, draftRevision, status, dependencies }: ActionVersion,
) =>
  db
    .updateTable('actions')
    .set({ status, ...(status === 'built' && { built_at: now, dependencies: JSON.stringify(dependencies) }) })
    .where('tenant_id', '=', tenantId)
    .where('action_id', '=', actionId)
    .where('draft_revision', '=', draftRevision)
    .execute()

export interface Deployment {
  readonly action: Action
  readonly version: ActionVersion
}

/**
 * Writes the version that a build has ended with and deploys it, unless it failed or a version with a higher number
 * is deployed already: builds end in any order, and the last one that was started wins.
 *
 * @throws `inexistent_action`, `action_bound`
 */
export const recordBuild = async (
  write: ConfigurationWrite,
  actionId: string,
  draft: FrozenDraft,
  outcome: BuildOutcome,
): Promise<Deployment> => {
  const before = await loadAction(write, actionId)
  const version = await insertVersion(write, before.id, draft, outcome)
  if (version.status === 'built' && version.number > (before.deployedVersion?.number ?? 0))
    await pointTo(write, version)
  await judgeDraft(write, version)
  const action = await loadAction(write, actionId)
  await pruneVersions(write, action)
  return { action, version }
}

/**
 * Rolls back: deploys a copy of an earlier version under the next number. Nothing is built again, so what ran then
 * runs now, with the secrets of then.
 *
 * @param updateDraft makes the version's content the draft as well
 * @throws `inexistent_action`, `inexistent_action_version`, `action_version_not_built`, `action_bound`
 */
export const redeployVersion = async (
  write: ConfigurationWrite,
  actionId: string,
  id: string,
  { updateDraft }: { readonly updateDraft: boolean },
): Promise<Deployment> => {
  const { draftRevision, number } = await freezeDraft(write, actionId)
  const source = await loadVersion(write, actionId, id)
  if (source.status === 'failed') {
    throw apiError('action_version_not_built', `The build of version ${source.number} failed; it cannot be deployed.`)
  }
  const revision = updateDraft ? draftRevision + 1 : source.draftRevision
  const version = await copyVersion(write, source, { number, draftRevision: revision })
  if (updateDraft) {
    await write.db
      .updateTable('actions')
      .set({ ...toContentColumns(source), draft_revision: revision, updated_at: write.now })
      .where('tenant_id', '=', write.tenantId)
      .where('action_id', '=', source.actionId)
      .execute()
  }
  await pointTo(write, version)
  await judgeDraft(write, version)
  const action = await loadAction(write, actionId)
  await pruneVersions(write, action)
  return { action, version }
}
