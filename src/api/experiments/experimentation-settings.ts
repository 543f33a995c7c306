/** `/experimentation/settings`: what a tenant chooses for all of its experiments. The wire has no such noun. */

import {
  experimentationSettingsChangeSchema,
  experimentationSettingsSchema,
} from '../../model/experimentation-settings.ts'
import { loadActiveLimit, saveActiveLimit } from '../../store/experiments/active-limit-store.ts'
import { type Operation, operation } from '../http/operation.ts'

const PATH = '/experimentation/settings'
const tag = 'experimentation-settings'

export const experimentationSettingsOperations: readonly Operation[] = [
  operation({
    id: 'get_experimentation_settings',
    method: 'get',
    path: PATH,
    summary: 'Get the settings of experimentation',
    tag,
    scopes: ['read:experimentation'],
    success: { status: 200, schema: experimentationSettingsSchema },
    errors: [],
    run: async api => ({ active_experiments: await loadActiveLimit(api.read) }),
  }),
  operation({
    id: 'update_experimentation_settings',
    method: 'patch',
    path: PATH,
    summary: 'Update the settings of experimentation',
    tag,
    scopes: ['update:experimentation'],
    body: experimentationSettingsChangeSchema,
    success: { status: 200, schema: experimentationSettingsSchema },
    errors: ['experiment_active_limit_exceeded'],
    async run(api, { body: { active_experiments: limit } }) {
      if (limit !== undefined) await api.write(write => saveActiveLimit(write, limit))
      return { active_experiments: await loadActiveLimit(api.read) }
    },
  }),
]
