import { type PracticeServer, practicePaths, practiceScopes } from '../../src/practice/index.ts'
import { post } from './client.ts'

/** The device side of RFC 8628, and a browser that does one step at a time. */

export interface Started {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  readonly verification_uri_complete: string
  readonly expires_in: number
  readonly interval: number
}

export async function startDevice(server: PracticeServer, scope = practiceScopes.join(' ')): Promise<Started> {
  const answer = await post(server, practicePaths.deviceAuthorization, { scope })
  if (answer.status !== 200) throw new Error(`the device authorization endpoint answered ${JSON.stringify(answer)}`)
  return answer.body as unknown as Started
}

export const poll = (server: PracticeServer, { device_code }: Pick<Started, 'device_code'>) =>
  post(server, practicePaths.token, { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code })

export interface Shown {
  readonly status: number
  readonly headers: Headers
  readonly html: string
  /** The secret of the form on it. */
  readonly xsrf: string
}

/** A browser that keeps its cookies and follows nothing by itself. */
export function newBrowser() {
  const cookies = new Map<string, string>()
  return async (url: string, form?: Record<string, string>): Promise<Shown> => {
    const response = await fetch(url, {
      redirect: 'manual',
      method: form === undefined ? 'GET' : 'POST',
      headers: { accept: 'text/html', cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const html = await response.text()
    const xsrf = /name="xsrf" value="([^"]*)"/.exec(html)?.[1] ?? ''
    return { status: response.status, headers: response.headers, html, xsrf }
  }
}
