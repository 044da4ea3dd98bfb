import { promisify } from 'node:util'
import { brotliDecompress, unzip } from 'node:zlib'

const decoders: ReadonlyMap<string, typeof unzip> = new Map([
  ['gzip', unzip],
  ['x-gzip', unzip],
  ['deflate', unzip],
  ['br', brotliDecompress],
])

/** The error code of a body that is longer than it may be when it is decoded. */
export const tooLong = 'ERR_BUFFER_TOO_LARGE'

/**
 * The text of a body in the content coding (RFC 9110 section 8.4) that its answer names. No coding is asked for, but some servers
 * use one nevertheless, and a rotated refresh token would be lost in it. What is not in the coding it claims to be in is taken as
 * it is. Throws an error with the code `tooLong` for more than `longest` bytes.
 */
export async function decodeBody(bytes: Buffer, coding: string | undefined, longest: number): Promise<string> {
  const decode = decoders.get(coding?.trim().toLowerCase() ?? '')
  if (decode === undefined) return toText(bytes)
  try {
    return toText(await promisify(decode)(bytes, { maxOutputLength: longest }))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === tooLong) throw error
    return toText(bytes)
  }
}

/** Without a byte order mark, which is no part of a JSON text (RFC 8259 section 8.1). */
const toText = (bytes: Buffer): string => new TextDecoder().decode(bytes)
