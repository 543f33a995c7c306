/** `decide()` as the login calls it. */

import { compile } from '../../src/decision/compile.ts'
import { decide } from '../../src/decision/decide.ts'
import type { AllocationData, AllocationStrategy, SnapshotData } from '../../src/decision/snapshot/snapshot.ts'
import { type BenchRequest, type CreateEngine, PARAMETERS } from './engine.ts'

const CONTROL = 'var_aCJPsf6N51CBQPBBfQSPPf'
const TREATMENT = 'var_z8GT5X6MA6FkEQ1PaqxziU'
const SEGMENT = 'seg_8TqG4mDdVnVt2dJZ3YFJ5b'

const snapshotOf = (allocation_strategy: AllocationStrategy, allocations: readonly AllocationData[]): SnapshotData => ({
  version: 1,
  experiments: [
    {
      id: 'exp_FuY7uqP5RLGpeHi2z3fGBh',
      status: 'active',
      authentication_flow: 'authentication',
      allocation_strategy,
      subject: 'device',
      flag: {
        id: 'flg_sxHxHsKYByqbLVYFt1gVTo',
        parameters: Object.fromEntries(Object.entries(PARAMETERS).map(([name, value]) => [name, { value }])),
      },
      variations: [
        { id: CONTROL, name: 'control', overrides: {} },
        { id: TREATMENT, name: 'treatment', overrides: { passkeys: true } },
      ],
      allocations,
    },
  ],
  segments: [
    {
      id: SEGMENT,
      rules: [
        {
          groups: [
            {
              kind: 'all',
              conditions: [
                { attribute: 'device_type', operator: 'equals', value: 'mobile' },
                { attribute: 'country', operator: 'in', value: ['US', 'CA'] },
              ],
            },
          ],
        },
      ],
    },
  ],
})

const toRequest = ({ subject, device_type, country }: BenchRequest) => ({
  subjects: { device: subject, session: 'session', user: undefined },
  attributes: { device_type, country, browser: 'Safari', platform: 'iOS', client_id: 'app', domain: 'localhost' },
  override: { experiment_id: undefined, variation_id: undefined, segment_id: undefined },
})

export const createOwn: CreateEngine = requests => {
  const percentage = compile(
    snapshotOf('percentage', [
      { variation_id: CONTROL, is_control: true, weight: 90 },
      { variation_id: TREATMENT, is_control: false, weight: 10 },
    ]),
  )
  const segment = compile(
    snapshotOf('segment', [
      { variation_id: TREATMENT, is_control: false, segment_id: SEGMENT, priority: 1 },
      { variation_id: CONTROL, is_control: true, is_fallback: true },
    ]),
  )
  const own = requests.map(toRequest)
  return {
    name: 'decide()',
    percentage: i => decide(percentage, own[i] ?? {}).assignment?.variation_name,
    segment: i => decide(segment, own[i] ?? {}).assignment?.variation_name,
  }
}
