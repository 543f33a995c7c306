/** The picture of a user who has none: initials that this server draws, so that no address is told to another site. */

import { createHash } from 'node:crypto'

/** Where avatars are, below the issuer. */
const FOLDER = 'u/avatars/'

/** Drawn for an address whose name begins with no two letters or digits of ASCII. */
const ANONYMOUS = 'user'

const FILE = /^\/u\/avatars\/([a-z\d]{2}|user)\.svg$/

/** Backgrounds on which white letters have a contrast of 4.5 : 1 or more. */
const COLORS = ['#1d4ed8', '#6d28d9', '#a21caf', '#be123c', '#b45309', '#15803d', '#0f766e', '#475569'] as const

const initialsOf = (email: string): string => {
  const name = email.split('@', 1)[0] ?? ''
  return /^[a-z\d]{2}/.exec(name.toLowerCase().replace(/[._+-]/g, ''))?.[0] ?? ANONYMOUS
}

/**
 * The address of a user's picture: the user's own, else of an avatar with the first two letters of the email address.
 *
 * @param issuer with the trailing slash
 */
export const pictureOf = (
  user: { readonly picture?: string | undefined; readonly email: string },
  issuer: string,
): string => user.picture ?? `${issuer}${FOLDER}${initialsOf(user.email)}.svg`

const colorOf = (initials: string): string =>
  COLORS[(createHash('sha256').update(initials).digest()[0] ?? 0) % COLORS.length] ?? COLORS[0]

const SILHOUETTE = '<circle cx="24" cy="19" r="8" fill="#fff"/><path d="M8 44c0-9 7-15 16-15s16 6 16 15z" fill="#fff"/>'

const letters = (initials: string): string =>
  `<text x="24" y="24" fill="#fff" font-family="sans-serif" font-size="20" text-anchor="middle" dominant-baseline="central">${initials.toUpperCase()}</text>`

/** The image at a path; undefined for a path that is no avatar's. Nothing of the path but two letters gets into it. */
export const avatarAt = (path: string): string | undefined => {
  const initials = FILE.exec(path)?.[1]
  if (initials === undefined) return undefined
  const figure = initials === ANONYMOUS ? SILHOUETTE : letters(initials)
  const background = `<rect width="48" height="48" fill="${colorOf(initials)}"/>`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="480" height="480">${background}${figure}</svg>`
}
