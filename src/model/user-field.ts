/** The searchable fields of users: one table for the grammar, the SQL, the indexes and the documentation. */

export interface UserFieldDefinition {
  /** `date` takes days and instants, `boolean` true and false, `number` whole numbers; `text` is compared whole. */
  readonly kind: 'text' | 'date' | 'boolean' | 'number'
  /** A term without a field name is compared with these. */
  readonly isBare?: true
  /** Letters are compared without regard to their case. */
  readonly ignoresCase?: true
  /** Lists can be ordered by it. */
  readonly isOrder?: true
  readonly doc: string
}

export const USER_FIELDS = {
  user_id: {
    kind: 'text',
    isBare: true,
    isOrder: true,
    doc: 'Id of the user, such as `auth0|5f7c8ec7c33c6c004bbafe82`.',
  },
  email: { kind: 'text', isBare: true, ignoresCase: true, isOrder: true, doc: 'Email address.' },
  email_verified: { kind: 'boolean', doc: 'Whether the address is known to be theirs.' },
  name: { kind: 'text', isBare: true, ignoresCase: true, isOrder: true, doc: 'Full name.' },
  nickname: { kind: 'text', isBare: true, ignoresCase: true, isOrder: true, doc: 'Casual name.' },
  given_name: { kind: 'text', isBare: true, ignoresCase: true, doc: 'Given name.' },
  family_name: { kind: 'text', isBare: true, ignoresCase: true, doc: 'Family name.' },
  blocked: { kind: 'boolean', doc: 'Whether an administrator has blocked the user.' },
  created_at: { kind: 'date', isOrder: true, doc: 'When the user was created.' },
  updated_at: {
    kind: 'date',
    isOrder: true,
    doc: 'When the profile or the metadata last changed; logins change neither.',
  },
  last_login: { kind: 'date', isOrder: true, doc: 'When the user last logged in; absent before the first time.' },
  logins_count: { kind: 'number', isOrder: true, doc: 'How often the user has logged in.' },
} as const satisfies Record<string, UserFieldDefinition>

export type UserFieldName = keyof typeof USER_FIELDS

/** Every name, in the order of the table. */
export const USER_FIELD_NAMES = Object.keys(USER_FIELDS) as readonly UserFieldName[] // Object.keys forgets them

/** The definition of a field, with its optional marks. */
export const userField = (name: UserFieldName): UserFieldDefinition => USER_FIELDS[name]

/** The orders of a list. */
export const USER_ORDERS = USER_FIELD_NAMES.filter(name => userField(name).isOrder)

/** What is searched by paths of its own. */
export const METADATA_ROOTS = ['user_metadata', 'app_metadata'] as const

type MetadataRoot = (typeof METADATA_ROOTS)[number]

/** A value in the metadata: the names of the members that lead to it, joined by dots; arrays on the way count as their elements. */
export type MetadataFieldName = `${MetadataRoot}.${string}`

export type UserSearchField = UserFieldName | MetadataFieldName

/** Members below the metadata itself. */
export const MAX_METADATA_DEPTH = 8

export interface MetadataPath {
  readonly root: MetadataRoot
  /** At least one, none of them empty. */
  readonly members: readonly string[]
}

/** Reads `user_metadata.a.b`; undefined for anything else. */
export const metadataPathOf = (name: string): MetadataPath | undefined => {
  const [first, ...members] = name.split('.')
  const root = METADATA_ROOTS.find(known => known === first)
  if (!root || members.length < 1 || members.length > MAX_METADATA_DEPTH || members.includes('')) return undefined
  return { root, members }
}

export const isUserFieldName = (name: string): name is UserFieldName => Object.hasOwn(USER_FIELDS, name)

/** True for the name of a searchable field. */
export const isUserSearchField = (name: string): name is UserSearchField =>
  isUserFieldName(name) || metadataPathOf(name) !== undefined
