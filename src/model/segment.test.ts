import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeSegment, type Segment } from './segment.ts'

const segment: Segment = {
  id: 'seg_1',
  segment_id: 'seg_1',
  name: 'Mobile',
  type: 'self',
  status: 'active',
  rules: [{ match: { device_type: ['mobile'] } }],
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
}

test('rules are replaced as a whole', () => {
  const rules = [{ match: { country: ['DE'] } }]
  assert.deepEqual(changeSegment(segment, { rules, description: 'Germany' }, {}).rules, rules)
})

test('archiving is final and refused while an active experiment allocates by the segment', () => {
  assert.equal(changeSegment(segment, { status: 'archived' }, {}).status, 'archived')
  assert.throws(() => changeSegment(segment, { status: 'archived' }, { activeExperimentId: 'exp_1' }), {
    code: 'segment_in_active_experiment',
  })
  const archived: Segment = { ...segment, status: 'archived' }
  assert.throws(() => changeSegment(archived, { status: 'active' }, {}), { code: 'invalid_status_transition' })
  assert.throws(() => changeSegment(archived, { name: 'Other' }, {}), { code: 'segment_archived' })
  assert.equal(changeSegment(archived, { status: 'archived' }, {}), archived)
})

test('a managed segment is left alone', () => {
  assert.throws(() => changeSegment({ ...segment, type: 'auth0' }, { name: 'Other' }, {}), {
    code: 'segment_not_modifiable',
  })
})
