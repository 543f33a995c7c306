/** `/actions/actions/{actionId}/versions`: what was deployed, and going back to it. */

import { z } from 'zod'
import { redeployVersion } from '../../store/actions/action-deployment-store.ts'
import { loadAction } from '../../store/actions/action-store.ts'
import { listVersions, loadVersion } from '../../store/actions/action-version-store.ts'
import { type Operation, operation } from '../http/operation.ts'
import { actionVersionSchema, toWireVersion } from './action-answer.ts'
import { pageQuery, pageSchema, toPaging } from './page-query.ts'

const PATH = '/actions/actions/{actionId}/versions'
const tag = 'actions'

const versionParams = z.strictObject({ actionId: z.string(), id: z.string() })

/** Nothing needs to be said, so the body may be null or absent. */
const rollbackSchema = z
  .strictObject({ update_draft: z.boolean().default(false) })
  .nullish()
  .meta({ description: 'With `update_draft`, the draft becomes what the version is.' })

export const actionVersionOperations: readonly Operation[] = [
  operation({
    id: 'get_action_versions',
    method: 'get',
    path: PATH,
    summary: "List an Action's versions",
    tag,
    scopes: ['read:actions'],
    params: z.strictObject({ actionId: z.string() }),
    query: z.strictObject(pageQuery),
    success: { status: 200, schema: pageSchema('versions', actionVersionSchema) },
    errors: ['inexistent_action'],
    run: async (api, { params, query }) => {
      const { page, per_page } = query
      const action = await loadAction(api.read, params.actionId)
      const { total, items } = await listVersions(api.read, action.id, toPaging(query))
      return { total, page, per_page, versions: items.map(version => toWireVersion(action, version)) }
    },
  }),
  operation({
    id: 'get_action_version',
    method: 'get',
    path: `${PATH}/{id}`,
    summary: "Get an Action's version",
    tag,
    scopes: ['read:actions'],
    params: versionParams,
    success: { status: 200, schema: actionVersionSchema },
    errors: ['inexistent_action', 'inexistent_action_version'],
    run: async (api, { params }) => {
      const action = await loadAction(api.read, params.actionId)
      return toWireVersion(action, await loadVersion(api.read, action.id, params.id))
    },
  }),
  operation({
    id: 'post_deploy_draft_version',
    method: 'post',
    path: `${PATH}/{id}/deploy`,
    summary: 'Roll back to a version',
    tag,
    scopes: ['create:actions'],
    params: versionParams,
    body: rollbackSchema,
    success: { status: 202, schema: actionVersionSchema },
    errors: ['inexistent_action', 'inexistent_action_version', 'action_version_not_built', 'action_bound'],
    run: async (api, { params, body }) => {
      const { action, version } = await api.write(write =>
        redeployVersion(write, params.actionId, params.id, { updateDraft: body?.update_draft ?? false }),
      )
      return toWireVersion(action, version)
    },
  }),
]
