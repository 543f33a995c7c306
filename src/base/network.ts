/** The network that a sender's address stands for. */

import { isIPv6 } from 'node:net'

/** A sender with one IPv6 address has 2^64 of them (RFC 4291 section 2.5.4), so the network counts; of IPv4, the address. */
export const networkOf = (ip: string): string => {
  if (!isIPv6(ip)) return ip
  const [head = '', tail = ''] = ip.split('%', 1)[0]?.split('::') ?? []
  const groups = head.split(':').filter(Boolean)
  const behind = tail.split(':').filter(Boolean)
  const zeros = ip.includes('::') ? Array.from({ length: 8 - groups.length - behind.length }, () => '0') : []
  return [...groups, ...zeros, ...behind]
    .slice(0, 4)
    .map(group => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')
}

/** A network as people write it. */
export const toCidr = (network: string): string => (network.includes(':') ? `${network}::/64` : network)
