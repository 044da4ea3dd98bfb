// Agents that people know, for scale. What a peer does not offer is left empty in the tables: oidc-agent and git's cache close the
// connection after each answer, and ssh-agent hands out no token at all, but a list of keys.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { Child, cleanEnvironment } from './children.mjs'
import { untilSocket } from './subjects.mjs'
import { hasCommands, installPackages } from './tools.mjs'

/** @typedef {import('./subjects.mjs').Subject} Subject */

/**
 * @param {import('./workshop.mjs').Workshop} workshop
 * @param {string} token what the ones that hand out a secret hand out, so that all answers are of one size
 * @returns {Promise<Subject[]>}
 */
export async function startPeers(workshop, token) {
  const agent = await workshop.oidcAgent()
  const starts = [
    ['oidc-agent through its library', () => agent && oidcLibrary(workshop, agent)],
    ['ssh-agent', () => startSshAgent(workshop)],
    ['git credential-cache', () => startGitCache(workshop, token)],
  ]
  const peers = agent === undefined ? [] : [agent]
  for (const [what, start] of starts) {
    const peer = await workshop.attempt(what, start)
    if (peer !== undefined) peers.push(peer)
  }
  return peers
}

/** The same agent, asked through liboidc-agent: that is what a program that links it gets. */
function oidcLibrary(workshop, agent) {
  const made = workshop.native('load-oidc', ['oidc-agent'])
  if ('missing' in made) throw new Error(made.missing)
  const client = ({ connection, clients }, milliseconds) =>
    connection === 'oneshot' ? [made.program, 'perf', String(clients), String(milliseconds)] : undefined
  return { ...agent, id: 'oidc-library', title: 'oidc-agent, its library', client, env: agent.agent.env }
}

/** @returns {Promise<Subject>} */
async function startSshAgent({ folder, say }) {
  installPackages([{ package: 'openssh-client', file: '/usr/bin/ssh-agent' }], say)
  if (!hasCommands(['ssh-agent', 'ssh-add', 'ssh-keygen'])) throw new Error('it is not installed (Debian: openssh-client)')
  const socket = path.join(folder, 'ssh.sock')
  const child = new Child(['ssh-agent', '-D', '-a', socket], cleanEnvironment())
  await untilSocket(socket, child, 'ssh-agent')
  const key = path.join(folder, 'ssh-key')
  succeed(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'bench', '-f', key])
  succeed(['ssh-add', '-q', key], { env: { ...cleanEnvironment(), SSH_AUTH_SOCK: socket } })
  // SSH_AGENTC_REQUEST_IDENTITIES, with its length before it.
  const request = Buffer.from([0, 0, 0, 1, 11])
  return {
    id: 'ssh-agent',
    title: 'ssh-agent, list of keys',
    socket,
    pid: child.pid,
    framing: { kind: 'length', request: () => request },
  }
}

/** @returns {Promise<Subject>} */
async function startGitCache({ folder, say }, token) {
  installPackages([{ package: 'git', file: '/usr/bin/git' }], say)
  if (!hasCommands(['git'])) throw new Error('git is not installed')
  const home = path.join(folder, 'git')
  // It refuses a folder that others may enter.
  fs.mkdirSync(home, { mode: 0o700 })
  const socket = path.join(home, 'cache.sock')
  const child = new Child(['git', 'credential-cache--daemon', socket], cleanEnvironment())
  await untilSocket(socket, child, 'git credential-cache')
  const credential = 'protocol=https\nhost=bench.example\nusername=bench\n'
  const store = ['git', 'credential-cache', `--socket=${socket}`, '--timeout=86400', 'store']
  succeed(store, { input: `${credential}password=${token}\n\n` })
  const request = `action=get\ntimeout=86400\n${credential}\n`
  return {
    id: 'git-cache',
    title: 'git credential-cache',
    socket,
    pid: child.pid,
    framing: { kind: 'close', expected: 'password=', request: (connection) => (connection === 'oneshot' ? request : undefined) },
  }
}

/** A private configuration of gh that holds the token in its file, and the command that prints it. */
export function ghCommand({ folder, say }, token) {
  installPackages([{ package: 'gh', file: '/usr/bin/gh' }], say)
  if (!hasCommands(['gh'])) throw new Error('gh is not installed')
  const config = path.join(folder, 'gh')
  fs.mkdirSync(config, { mode: 0o700 })
  fs.writeFileSync(
    path.join(config, 'hosts.yml'),
    `github.com:\n    user: bench\n    oauth_token: ${token}\n    git_protocol: https\n`,
  )
  return { id: 'gh auth token', argv: ['gh', 'auth', 'token'], env: { GH_CONFIG_DIR: config }, expect: token }
}

function succeed([program, ...args], options = {}) {
  const { status, stderr } = spawnSync(program, args, { env: cleanEnvironment(), encoding: 'utf8', ...options })
  if (status !== 0) throw new Error(`${program} ${args[0]} failed: ${stderr?.trim()}`)
}
