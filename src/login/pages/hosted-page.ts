/** What a hosted page is. */

import type { Exchange } from '../transaction/exchange.ts'

/** A page that is shown by GET and sends its form to its own address. */
export interface HostedPage {
  get(exchange: Exchange): Promise<void>
  post(exchange: Exchange): Promise<void>
}
