import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EDITABLE_FIELDS, EXPERIMENT_STATUSES } from './experiment.ts'
import { editableFields, requireEditable } from './experiment-editability.ts'

const EXPECTED = {
  draft: ['name', 'description', 'authentication_flow', 'assignment_config', 'allocations', 'default_config', 'levels'],
  active: ['name', 'description'],
  paused: ['name', 'description', 'assignment_config', 'allocations'],
  completed: ['name', 'description'],
  archived: [],
}

for (const status of EXPERIMENT_STATUSES) {
  test(`of an experiment that is ${status}, exactly the listed fields may change`, () => {
    assert.deepEqual(editableFields(status), EXPECTED[status])
    for (const field of EDITABLE_FIELDS) {
      const edit = () => requireEditable({ id: 'exp_1', status }, [field])
      if (editableFields(status).includes(field)) edit()
      else assert.throws(edit, { name: 'CodedError' })
    }
  })
}

test('the refusal says what to do', () => {
  assert.throws(() => requireEditable({ id: 'exp_1', status: 'active' }, ['allocations']), {
    code: 'experiment_requires_pause',
    message: 'The experiment exp_1 is active, so its allocations cannot change; pause the experiment first.',
  })
})
