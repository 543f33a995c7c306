/** The limits: what a programmer would write by hand for exactly these two experiments, and nothing else. */

import { murmur3 } from '../../src/decision/allocation/hash.ts'
import type { BenchRequest, CreateEngine } from './engine.ts'

const control = { variation_name: 'control' }
const treatment = { variation_name: 'treatment' }

const isTreated = (subject: string): boolean => murmur3(subject, 0x7a39c646) >>> 0 >= 0.9 * 2 ** 32

const isInSegment = ({ device_type, country }: BenchRequest): boolean =>
  device_type === 'mobile' && (country === 'US' || country === 'CA')

const nobody: BenchRequest = { subject: '', device_type: '', country: '' }

/** murmur3 and a threshold; for the segment, the two conditions and the same murmur3. */
export const createBareHash: CreateEngine = requests => ({
  name: 'bare closure + murmur3',
  percentage: i => (isTreated((requests[i] ?? nobody).subject) ? treatment : control).variation_name,
  segment: i => {
    const request = requests[i] ?? nobody
    // The hash must be computed, so it takes part in the answer; it is never 0 for these subjects.
    return (murmur3(request.subject, 0x7a39c646) !== 0 && isInSegment(request) ? treatment : control).variation_name
  },
})

/** Only the two conditions: what no engine can go below. */
export const createBareClosure: CreateEngine = requests => ({
  ...createBareHash(requests),
  name: 'bare closure, no hash',
  segment: i => (isInSegment(requests[i] ?? nobody) ? treatment : control).variation_name,
})
