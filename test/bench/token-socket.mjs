// The benchmark's own way to talk to a broker, apart from the load: waiting for it, signing in, and looking at one answer.
import http from 'node:http'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * @param {string} socket
 * @param {'GET' | 'POST'} method
 * @param {string} url
 * @param {unknown} [body]
 * @returns {Promise<any>} the parsed body; rejects for every status but 200
 */
export function call(socket, method, url, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const request = http.request({ socketPath: socket, method, path: url, headers, agent: false }, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      if (response.statusCode === 200) resolve(JSON.parse(text))
      else reject(new Error(`${method} ${url} answered ${response.statusCode}: ${text}`))
    })
    request.on('error', reject)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/**
 * Waits until the broker answers, and answers what it says about itself.
 *
 * @param {string} socket
 * @param {import('./children.mjs').Child} child
 */
export async function waitForBroker(socket, child) {
  for (let waited = 0; waited < 30_000; waited += 50) {
    const health = await call(socket, 'GET', '/v1/health').catch(() => undefined)
    if (health !== undefined) return health
    if (child.ended) break
    await sleep(50)
  }
  throw new Error(`it does not answer on its socket. ${lastWords(child.errors)}`)
}

/** @param {string} errors */
function lastWords(errors) {
  return errors.trim().split('\n').slice(-3).join(' | ').slice(0, 400)
}

/**
 * Signs in to the practice server. The pasted response needs no redirect port, which another program may hold just now.
 *
 * @param {string} socket
 * @param {import('./authority.mjs').Authority} authority
 * @param {{ person?: string, label?: string, account?: string }} [who] `account` is one that has to sign in again
 * @returns {Promise<string>} the id of the account
 */
export async function signIn(socket, authority, { person, label, account } = {}) {
  const named = { ...(label === undefined ? {} : { label }), ...(account === undefined ? {} : { account }) }
  const login = await call(socket, 'POST', '/v1/logins', { provider: 'practice', flow: 'paste', ...named })
  const pasted = await authority.approve(login.authorization_url, person)
  const { status, account: id } = await call(socket, 'POST', `/v1/logins/${login.id}/response`, { pasted })
  if (status !== 'completed') throw new Error(`the login is ${status}`)
  return id
}

/**
 * The request of the load, written as curl writes it. A one-shot caller says that it will not come back.
 *
 * @param {'oneshot' | 'persistent'} connection
 * @param {string} [target]
 * @param {'GET' | 'POST'} [method]
 */
export function requestText(connection, target = '/v1/token/practice', method = 'GET') {
  const close = connection === 'oneshot' ? 'Connection: close\r\n' : ''
  const length = method === 'POST' ? 'Content-Length: 0\r\n' : ''
  return `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench/1\r\nAccept: */*\r\nTokenTray-Client: bench\r\n${length}${close}\r\n`
}

/**
 * The exact bytes of a whole answer, head and body.
 *
 * @param {string} socket
 * @returns {Promise<Buffer>}
 */
export function readAnswer(socket) {
  return new Promise((resolve, reject) => {
    const connection = net.connect(socket)
    let answer = Buffer.alloc(0)
    connection.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk])
      const headEnd = answer.indexOf('\r\n\r\n')
      const length = /\r\ncontent-length: *(\d+)/i.exec(answer.toString('latin1'))
      if (headEnd < 0 || length === null || answer.length < headEnd + 4 + Number(length[1])) return
      connection.destroy()
      resolve(answer)
    })
    connection.on('error', reject)
    connection.write(requestText('persistent'))
  })
}
