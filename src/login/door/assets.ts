/** Files of the hosted pages, and avatars. */

import { avatarAt } from '../../model/avatar.ts'
import { sendFile, sendPage } from '../http/reply.ts'
import { START } from '../lead-on/way-on.ts'
import { PAGE_FILES } from '../pages/page-files.ts'
import { renderPage } from '../pages/pages.ts'
import type { Exchange } from '../transaction/exchange.ts'

const missing = ({ response, tenant }: Exchange): void =>
  sendPage(
    response,
    404,
    renderPage('error', tenant.name, { message: 'There is no such file.', code: undefined, next: START }),
  )

/** A file under its fingerprinted address; browsers keep it, since its content never changes there. */
export const serveAsset = async (exchange: Exchange): Promise<void> => {
  const { url, response } = exchange
  const file = PAGE_FILES.get(url.pathname)
  if (file) return sendFile(response, file.type, file.body)
  missing(exchange)
}

/** The picture of users who have none. It is shown by applications, and opened by itself it can do nothing. */
export const serveAvatar = async (exchange: Exchange): Promise<void> => {
  const { url, response } = exchange
  const image = avatarAt(url.pathname)
  if (image === undefined) return missing(exchange)
  response.setHeader('Content-Security-Policy', "default-src 'none'")
  sendFile(response, 'image/svg+xml', Buffer.from(image))
}
