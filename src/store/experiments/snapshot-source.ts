/** Reads what a tenant's decisions are made from, as one consistent state. */

import type { ExperimentData, SegmentData, SnapshotData, VariationData } from '../../decision/snapshot/snapshot.ts'
import type { Allocation } from '../../model/allocation.ts'
import { flowOf } from '../../model/authentication-flow.ts'
import type { Experiment } from '../../model/experiment.ts'
import type { FeatureFlag } from '../../model/feature-flag.ts'
import type { TenantId } from '../../model/ids.ts'
import { toRawOverrides } from '../../model/override.ts'
import { matchesType, type Parameters } from '../../model/parameter.ts'
import type { Segment } from '../../model/segment.ts'
import { toRuleData } from '../../model/segment-rule.ts'
import type { Variation } from '../../model/variation.ts'
import type { ConfigurationRead } from '../database/configuration-write.ts'
import type { Db } from '../database/database.ts'
import { selectExperiments, toExperiment } from './experiment-row.ts'
import { toFeatureFlag } from './feature-flag-store.ts'
import { toSegment } from './segment-store.ts'
import { toVariation } from './variation-store.ts'

interface Live {
  readonly flags: ReadonlyMap<string, FeatureFlag>
  readonly variations: ReadonlyMap<string, readonly Variation[]>
  readonly segments: ReadonlyMap<string, Segment>
}

/** Every experiment, because an override reaches each of them. */
const loadExperiments = async (read: ConfigurationRead): Promise<readonly Experiment[]> => {
  const rows = await selectExperiments(read)
    .orderBy('experiments.created_at')
    .orderBy('experiments.experiment_id')
    .execute()
  return rows.map(toExperiment)
}

const loadLive = async ({ db, tenantId }: ConfigurationRead, experiments: readonly Experiment[]): Promise<Live> => {
  const ids = [...new Set(experiments.map(({ feature_flag_id }) => feature_flag_id))]
  const flags = await db
    .selectFrom('feature_flags')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('feature_flag_id', '=', eb => eb.fn.any(eb.val(ids)))
    .execute()
  const variations = await db
    .selectFrom('variations')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('feature_flag_id', '=', eb => eb.fn.any(eb.val(ids)))
    .orderBy('created_at')
    .orderBy('variation_id')
    .execute()
  const segments = await db.selectFrom('segments').selectAll().where('tenant_id', '=', tenantId).execute()
  return {
    flags: new Map(flags.map(row => [row.feature_flag_id, toFeatureFlag(row)])),
    variations: Map.groupBy(variations.map(toVariation), ({ feature_flag_id }) => feature_flag_id),
    segments: new Map(segments.map(row => [row.segment_id, toSegment(row)])),
  }
}

/** Of a variation that was not frozen with its flag, what fits the frozen parameters. */
const toVariationData = ({ id, name, description, overrides }: Variation, parameters: Parameters): VariationData => ({
  id,
  name,
  ...(description !== undefined && { description }),
  overrides: Object.fromEntries(
    Object.entries(toRawOverrides(overrides)).flatMap(([key, value]) => {
      const parameter = Object.hasOwn(parameters, key) ? parameters[key] : undefined
      return parameter && matchesType(parameter.type, value) ? [[key, value] as const] : []
    }),
  ),
})

const toSegmentData = ({ id, rules }: Segment): SegmentData => ({ id, rules: rules.map(toRuleData) })

const frozenVariation = (allocations: readonly Allocation[], id: string): Variation | undefined =>
  allocations.find(({ variation_id }) => variation_id === id)?.variation_snapshot ?? undefined

/** The flag's variations, those with a copy as they were, also when they are gone: those of an archived experiment may be. */
const variationsFor = (allocations: readonly Allocation[], live: readonly Variation[]): readonly Variation[] => {
  const frozen = allocations.flatMap(({ variation_snapshot }) => variation_snapshot ?? [])
  const gone = frozen.filter(({ id }, at) => ![...live, ...frozen.slice(0, at)].some(other => other.id === id))
  return [...live.map(variation => frozenVariation(allocations, variation.id) ?? variation), ...gone]
}

/**
 * A draft is decided by what is stored now. From its first activation on, an experiment is decided by copies, so that
 * an edit of its flag, a variation or a segment changes nothing before it is refreshed. What has no copy is live:
 * variations without an allocation, which only an override can reach.
 */
const toExperimentData = (experiment: Experiment, live: Live): ExperimentData => {
  const { id, feature_flag_id: flagId, allocations, levels } = experiment
  const flag = experiment.feature_flag_snapshot ?? live.flags.get(flagId)
  const parameters = flag?.parameters ?? {}
  const frozen = allocations.flatMap(({ segment_snapshot }) => segment_snapshot ?? [])
  return {
    id,
    status: experiment.status,
    authentication_flow: flowOf(experiment.authentication_flow),
    ...(experiment.phase !== undefined && { phase: experiment.phase }),
    allocation_strategy: experiment.allocation_strategy,
    subject: experiment.assignment_config.subject,
    flag: { id: flagId, parameters },
    variations: variationsFor(allocations, live.variations.get(flagId) ?? []).map(variation =>
      toVariationData(variation, parameters),
    ),
    allocations: allocations.map(({ variation_id, is_control, weight, segment_id, priority, is_fallback }) => ({
      variation_id,
      is_control,
      ...(weight !== undefined && { weight }),
      ...(segment_id !== undefined && { segment_id }),
      ...(priority !== undefined && { priority }),
      ...(is_fallback !== undefined && { is_fallback }),
    })),
    ...(frozen.length > 0 && { segments: frozen.map(toSegmentData) }),
    ...(levels && { levels, current_level: experiment.current_level ?? null }),
  }
}

/**
 * Reads the experimentation data of a tenant in one snapshot of the database, so that its parts belong together.
 *
 * @returns `version` is the tenant's `config_version`: a state with a higher one is newer
 */
export const loadSnapshotData = (db: Db, tenantId: TenantId): Promise<SnapshotData> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async transaction => {
      const { config_version } = await transaction
        .selectFrom('tenants')
        .select('config_version')
        .where('tenant_id', '=', tenantId)
        .executeTakeFirstOrThrow()
      const read = { db: transaction, tenantId }
      const experiments = await loadExperiments(read)
      const live = await loadLive(read, experiments)
      return {
        version: Number(config_version),
        experiments: experiments.map(experiment => toExperimentData(experiment, live)),
        segments: [...live.segments.values()].map(toSegmentData),
      }
    })
