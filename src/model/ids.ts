/** The ids of the domain: branded strings, each made, checked and named in this one place. */

import { type RandomBytes, randomBase58 } from '../base/random.ts'

declare const brand: unique symbol
type Brand<Name extends string> = string & { readonly [brand]: Name }

export type TenantId = Brand<'TenantId'>
export type ExperimentId = Brand<'ExperimentId'>
export type FeatureFlagId = Brand<'FeatureFlagId'>
export type VariationId = Brand<'VariationId'>
export type SegmentId = Brand<'SegmentId'>
export type TransactionId = Brand<'TransactionId'>

const PREFIX = {
  experiment: 'exp_',
  feature_flag: 'flg_',
  variation: 'var_',
  segment: 'seg_',
  connection: 'con_',
  log_stream: 'lst_',
  client_grant: 'cgr_',
} as const

export type IdKind = keyof typeof PREFIX

type IdOf = {
  experiment: ExperimentId
  feature_flag: FeatureFlagId
  variation: VariationId
  segment: SegmentId
  connection: string
  log_stream: string
  client_grant: string
}

/** 22 base58 characters carry 128 bits: ids never collide and cannot be guessed. */
const RANDOM_LENGTH = 22

/** Makes a new id of a kind, such as `exp_uMP2ccYnKbSXPPNF8q1jsh`. */
export const createId = <Kind extends IdKind>(kind: Kind, random: RandomBytes): IdOf[Kind] =>
  `${PREFIX[kind]}${randomBase58(RANDOM_LENGTH, random)}` as IdOf[Kind] // the only place where a brand is given

/** The pattern that the wire documents for an id of this kind. */
export const idPattern = (kind: IdKind): RegExp => new RegExp(`^${PREFIX[kind]}[A-HJ-NP-Za-km-z1-9]+$`)

/** True for text that could be an id of the kind; text that could not names nothing. */
export const isId = (kind: IdKind, text: string): boolean => idPattern(kind).test(text)

/** Reads a tenant's id from configuration or from a row. */
export const toTenantId = (text: string): TenantId => text as TenantId // a tenant's id is its name; rows only hold real ones

/** A new transaction id: 22 base58 characters without a prefix. It also names the transaction's grant. */
export const createTransactionId = (random: RandomBytes): TransactionId =>
  randomBase58(RANDOM_LENGTH, random) as TransactionId // made here only
