/** The names of this computer in a URL. */
const loopbackHosts = ['127.0.0.1', 'localhost', '[::1]']

/** Whether nobody on the way can read what is sent there: https, or http to this computer itself. */
export function isSafeAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && loopbackHosts.includes(hostname))
}
