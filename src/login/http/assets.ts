/** Files of the hosted pages, and avatars. */

import { avatarAt } from '../../model/avatar.ts'
import type { Exchange } from '../exchange.ts'
import { renderPage, STYLESHEET } from '../pages/pages.ts'
import { sendFile, sendPage } from './reply.ts'

const missing = ({ response, tenant }: Exchange): void =>
  sendPage(response, 404, renderPage('error', tenant.name, { message: 'There is no such file.', code: undefined }))

/** The style sheet under its fingerprinted address; browsers keep it, since its content never changes there. */
export const serveAsset = async (exchange: Exchange): Promise<void> => {
  const { url, response } = exchange
  if (url.pathname === STYLESHEET.path) return sendFile(response, 'text/css; charset=utf-8', STYLESHEET.body)
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
