/** The closed list of what a segment may ask about a login request. */

import { BROWSERS, DEVICE_TYPES, type ListedValues, PLATFORMS } from './listed-values.ts'

/** What is known of a request when a decision is made; an attribute that is unknown is absent. */
export type Attributes = { readonly [Name in AttributeName]?: string | undefined }

export type AttributeName =
  | 'client_id'
  | 'connection'
  | 'connection_type'
  | 'organization_id'
  | 'domain'
  | 'device_type'
  | 'browser'
  | 'platform'
  | 'user_agent'
  | 'country'
  | 'region'

export interface Attribute {
  readonly doc: string
  /** Whether `DE` and `de` are the same: both sides are then compared in lower case. */
  readonly ignoresCase: boolean
  /** The values that a request can have, where they are a closed list; such an attribute ignores case. */
  readonly values?: ListedValues
  /**
   * Hot path: one function per attribute, because a property read by a name that varies would make V8 look the
   * name up in every condition, while each of these reads stays at one fixed offset.
   */
  readonly read: (attributes: Attributes) => unknown
}

/** Every attribute that a condition may name; any other makes its rule match no request. */
export const ATTRIBUTES: { readonly [Name in AttributeName]: Attribute } = {
  client_id: {
    doc: 'The client id of the application that asks for the login.',
    ignoresCase: false,
    read: attributes => attributes.client_id,
  },
  connection: {
    doc: 'The name of the connection that the application asks for.',
    ignoresCase: false,
    read: attributes => attributes.connection,
  },
  connection_type: {
    doc: 'The strategy of that connection, such as `auth0` for a database.',
    ignoresCase: false,
    read: attributes => attributes.connection_type,
  },
  organization_id: {
    doc: 'The organization that the application asks for.',
    ignoresCase: false,
    read: attributes => attributes.organization_id,
  },
  domain: {
    doc: 'The host name under which the login is served.',
    ignoresCase: true,
    read: attributes => attributes.domain,
  },
  device_type: {
    doc: 'The kind of device.',
    ignoresCase: true,
    values: DEVICE_TYPES,
    read: attributes => attributes.device_type,
  },
  browser: {
    doc: "The browser's name.",
    ignoresCase: true,
    values: BROWSERS,
    read: attributes => attributes.browser,
  },
  platform: {
    doc: "The operating system's name.",
    ignoresCase: true,
    values: PLATFORMS,
    read: attributes => attributes.platform,
  },
  user_agent: {
    doc: 'The whole User-Agent header.',
    ignoresCase: false,
    read: attributes => attributes.user_agent,
  },
  country: {
    doc: 'The country of the address, as an ISO 3166-1 alpha-2 code.',
    ignoresCase: true,
    read: attributes => attributes.country,
  },
  region: {
    doc: 'The region of the address within its country.',
    ignoresCase: true,
    read: attributes => attributes.region,
  },
}

/** True for a name that a condition may use. */
export const isAttributeName = (name: string): name is AttributeName => Object.hasOwn(ATTRIBUTES, name)
