/** Tells public internet addresses from those inside a private network. */

import { BlockList, isIPv4, isIPv6 } from 'node:net'

/**
 * - `public`: any caller may have the server connect to it.
 * - `local`: loopback, RFC 1918, carrier-grade NAT, unique local: the operator may permit it.
 * - `never`: unspecified, link-local and the other addresses where clouds tell a machine its credentials, multicast,
 *   documentation, translation and tunnel prefixes that could hide any of the others, and what is no address at all.
 */
export type AddressKind = 'public' | 'local' | 'never'

type Range = readonly [network: string, bits: number]

const LOCAL: readonly Range[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
]

/** IANA's IPv4 special-purpose registry (RFC 6890 and updates), without the local ranges. */
const NEVER: readonly Range[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  // inside 2000::/3, the only IPv6 block from which public addresses are given out
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

/** Where clouds answer a machine about itself outside of the link-local range; the first three look merely local. */
const METADATA: readonly Range[] = [
  ['100.100.100.200', 32], // Alibaba Cloud
  ['fd00:ec2::254', 128], // AWS
  ['fd20:ce::254', 128], // Google Cloud
  ['168.63.129.16', 32], // Azure
]

const toBlockList = (ranges: readonly Range[]): BlockList => {
  const list = new BlockList()
  for (const [network, bits] of ranges) list.addSubnet(network, bits, isIPv4(network) ? 'ipv4' : 'ipv6')
  return list
}

const local = toBlockList(LOCAL)
const never = toBlockList([...NEVER, ...METADATA])
const unicast = toBlockList([['2000::', 3]])
/** No resolver hands out a mapped IPv4 address, so only a caller that hides one writes it. */
const mapped = toBlockList([['::ffff:0:0', 96]])

const kindOfIPv6 = (address: string): AddressKind => {
  if (address.includes('%') || mapped.check(address, 'ipv6') || never.check(address, 'ipv6')) return 'never'
  if (local.check(address, 'ipv6')) return 'local'
  return unicast.check(address, 'ipv6') ? 'public' : 'never'
}

/** Classifies a numeric address, written without brackets. */
export const addressKind = (address: string): AddressKind => {
  if (isIPv6(address)) return kindOfIPv6(address)
  if (!isIPv4(address) || never.check(address, 'ipv4')) return 'never'
  return local.check(address, 'ipv4') ? 'local' : 'public'
}
