import { Agent, request } from 'undici'
import { practiceIssuer } from './constants.ts'

/** Whether a practice server of ours answers on a port of this computer already, so that it can be used instead of a second one. */
export async function practiceServerAt(port: number): Promise<boolean> {
  const issuer = practiceIssuer(port)
  const dispatcher = new Agent({ maxResponseSize: 64 * 1024 })
  try {
    const { statusCode, body } = await request(`${issuer}/.well-known/openid-configuration`, {
      dispatcher,
      signal: AbortSignal.timeout(2000),
    })
    const metadata = (await body.json()) as { issuer?: unknown; service?: unknown } | null
    return statusCode === 200 && metadata?.issuer === issuer && metadata.service === 'tokentray-practice'
  } catch {
    // Whatever holds the port does not speak our protocol; what it speaks instead does not matter.
    return false
  } finally {
    await dispatcher.destroy()
  }
}
