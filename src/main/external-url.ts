/**
 * Whether the person's browser may be sent to `url`. Only https, as anything else could start a program or show a file. The one
 * exception is plain http on 127.0.0.1: the authorization page of the practice server, which cannot have a certificate.
 */
export function mayOpenExternally(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, password } = new URL(url)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && hostname === '127.0.0.1')
}
