// oidc-agent, the peer that does the same work: it keeps refresh tokens, refreshes them, and hands out access tokens over a socket.
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { Child, cleanEnvironment } from './children.mjs'
import { processTree } from './process-tree.mjs'
import { untilSocket } from './subjects.mjs'
import { hasCommands, installPackages } from './tools.mjs'

/** @typedef {import('./subjects.mjs').Subject & { agent: OidcAgent }} OidcSubject */

const packages = [
  { package: 'oidc-agent-cli', file: '/usr/bin/oidc-agent' },
  { package: 'liboidc-agent-dev', file: '/usr/include/oidc-agent/api.h' },
]

export class OidcAgent {
  #env

  /** @param {string} socket @param {NodeJS.ProcessEnv} env @param {Child} child */
  constructor(socket, env, child) {
    this.socket = socket
    this.child = child
    this.#env = env
  }

  get env() {
    return this.#env
  }

  /**
   * Adds an account with a refresh token of the authority. oidc-gen wants a password for its file; what it is does not matter in a
   * folder that is gone in a few minutes.
   *
   * @param {string} name
   * @param {import('./authority.mjs').Authority} authority
   */
  async add(name, authority) {
    const account = [
      `--iss=${authority.origin}`,
      '--client-id=tokentray-practice',
      '--client-secret=',
      '--scope=openid offline_access',
    ]
    const quiet = ['--pw-cmd=echo throw-away', '--prompt=none', '--confirm-default', '--redirect-uri=http://localhost:8080']
    const refresh = [`--rt=${await authority.refreshToken()}`, '--flow=refresh']
    const child = new Child(['oidc-gen', '-m', ...account, ...quiet, ...refresh, name], this.#env)
    const status = await child.status()
    if (status !== 0) throw new Error(`oidc-gen ended with ${status}: ${child.errors.trim().split('\n').at(-1)}`)
  }
}

/** The question that its documented plaintext protocol takes. `minValid` in seconds; -1 asks for a new token in any case. */
export function oidcRequest(account, minValid = 60) {
  return JSON.stringify({ request: 'access_token', account, min_valid_period: minValid, application_hint: 'bench' })
}

/**
 * @param {import('./workshop.mjs').Workshop} workshop
 * @param {import('./authority.mjs').Authority} authority
 * @returns {Promise<OidcSubject>}
 */
export async function startOidcAgent(workshop, authority) {
  installPackages(packages, workshop.say)
  if (!hasCommands(['oidc-agent', 'oidc-gen'])) throw new Error('oidc-agent is not installed (Debian: oidc-agent-cli)')
  const folder = path.join(workshop.folder, 'oidc')
  fs.mkdirSync(folder, { mode: 0o700 })
  const socket = path.join(folder, 'agent.sock')
  const env = { ...cleanEnvironment(), OIDC_SOCK: socket, OIDC_CONFIG_DIR: folder, HOME: folder }
  const options = ['--no-autoreauthenticate', '--no-webserver', '--no-scheme']
  const child = new Child(['oidc-agent', '-d', '-a', socket, ...options], env)
  await untilSocket(socket, child, 'oidc-agent')
  const agent = new OidcAgent(socket, env, child)
  await agent.add('perf', authority)
  const { access_token: token = '' } = JSON.parse(await ask(socket, oidcRequest('perf')))
  if (token.length < 1_900) throw new Error(`it hands out a token of ${token.length} bytes, not 2,000`)
  // It answers in one process and holds the accounts in another; both work for a request.
  const pids = processTree(child.pid)
  return {
    id: 'oidc',
    title: 'oidc-agent, plaintext',
    socket,
    pid: pids,
    framing: {
      kind: 'close',
      expected: '"access_token"',
      request: (connection) => (connection === 'oneshot' ? oidcRequest('perf') : undefined),
    },
    agent,
  }
}

/** @param {string} socket @param {string} question @returns {Promise<string>} */
function ask(socket, question) {
  return new Promise((resolve, reject) => {
    const connection = net.connect(socket)
    let answer = ''
    connection.on('data', (chunk) => {
      answer += chunk
    })
    connection.on('close', () => resolve(answer))
    connection.on('error', reject)
    connection.write(question)
  })
}
