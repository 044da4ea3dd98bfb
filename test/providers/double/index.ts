// A double of the servers of all providers. It is strict: it takes only what the real server of each provider takes, by the facts that
// are known of it, and what it had to refuse stands in `faults`. TOKENTRAY_UPSTREAM set to its `origin` leads every provider here.

import type { DoubleRequest } from './answer.ts'
import { anthropic } from './anthropic.ts'
import { chatgpt } from './chatgpt.ts'
import type { Decision } from './codes.ts'
import { githubCopilot } from './github-copilot.ts'
import type { ProviderName } from './grants.ts'
import { type DoubleOptions, Ground } from './ground.ts'
import { openHttpDoor } from './http-door.ts'
import { kimi } from './kimi.ts'
import { models } from './models.ts'
import { openaiCodex } from './openai-codex.ts'
import { openaiCodexDevice } from './openai-codex-device.ts'
import { openrouter } from './openrouter.ts'
import type { Person } from './person.ts'
import { type Script, Scripts } from './scripts.ts'
import { Signing } from './signing.ts'
import { xai } from './xai.ts'

export { type Answer, botCheck, type DoubleRequest, rateLimited } from './answer.ts'
export type { Decision } from './codes.ts'
export { githubIdOf } from './github-copilot.ts'
export type { ProviderName } from './grants.ts'
export type { DoubleOptions } from './ground.ts'
export { type Person, robin } from './person.ts'
export { lost, type Script } from './scripts.ts'

export interface ProviderDouble {
  readonly origin: string
  /** What a client did against the rules of a provider, a sentence each. Empty after flows that were right. */
  readonly faults: readonly string[]
  /** What was refused although the client did right: replays, codes that nobody issued, denied devices, tokens that are over. */
  readonly refusals: readonly string[]
  /** Every token, code, verifier, state and key that was seen or issued; no user code, which a person reads aloud. */
  readonly secrets: ReadonlySet<string>
  /** Every request to any path, in the order of arrival. */
  readonly requests: readonly DoubleRequest[]
  /** How many requests a path got. */
  count(path: string): number

  /** Who approves next; `robin` at first. */
  person: Person
  /** The API keys that are good: of OpenAI, Anthropic, xAI, OpenRouter, and GitHub tokens that were not issued here. */
  readonly apiKeys: Set<string>
  /** The tokens of `claude setup-token` that are good. */
  readonly setupTokens: Set<string>

  /**
   * Opens an authorization URL, decides as told, and answers what the browser ends on: the redirect URI with its query, or the text
   * `code#state` of Anthropic's page. Throws for a request that the provider would not take, which is a fault as well.
   */
  approve(authorizationUrl: string, decision?: Decision): string
  /** Types a user code and allows the access. Throws when no device waits for it; so do the three below. */
  approveDevice(userCode: string): void
  denyDevice(userCode: string): void
  expireDevice(userCode: string): void
  /** Tells the next poll to slow down by five seconds, and holds the client to it. */
  slowDownDevice(userCode: string): void

  /** Writes what the next requests to a path are answered. Nothing checks a request whose script does not call `proper`. */
  answerNext(path: string, script: Script, times?: number): void
  /** Writes what all requests to a path are answered; undefined ends that. */
  answerAlways(path: string, script: Script | undefined): void
  /**
   * Ends one grant, named by any of its tokens, or all of a provider: from now on a refresh is refused as that provider refuses one.
   * Access tokens go on to be good. A GitHub token, and a key of OpenRouter, is refused itself.
   */
  endGrant(which: string | ProviderName): void
  /** Refuses an access token, or all of a provider that were issued by now, before their time. */
  refuseAccess(which: string | ProviderName): void
  /** Whether a refresh answers a new refresh token; without, it leaves it out and the old one stays good. */
  setRotation(provider: ProviderName, rotates: boolean): void
  /** Signs with another key from now on; the old one is not published any more. */
  rotateSigningKey(): void
  /** Whether tokens carry a signature that fits nothing. */
  signWrongly(wrong: boolean): void
  close(): Promise<void>
}

/** Starts the double on a random port of 127.0.0.1. */
export async function startProviderDouble(options: DoubleOptions = {}): Promise<ProviderDouble> {
  const ground = new Ground(await Signing.create(), options)
  const scripts = new Scripts()
  const builders = [
    openaiCodex,
    openaiCodexDevice,
    chatgpt,
    anthropic,
    githubCopilot,
    kimi,
    xai,
    openrouter,
    models,
    ...(options.further ?? []),
  ]
  const servers = builders.map((build) => build(ground))
  const door = await openHttpDoor(ground, servers, scripts)
  ground.origin = door.origin
  const { record, devices, grants, signing } = ground
  const approve = (address: string, decision: Decision = {}) => {
    const url = new URL(address)
    if (url.origin === ground.origin) {
      for (const server of servers) {
        const end = server.approve?.(url, decision)
        if (end !== undefined) return end
      }
    }
    const sentence = `No provider has an authorization page at ${url.origin}${url.pathname} for this client id.`
    record.faults.push(sentence)
    throw new Error(sentence)
  }
  return {
    origin: door.origin,
    faults: record.faults,
    refusals: record.refusals,
    requests: record.requests,
    apiKeys: ground.apiKeys,
    setupTokens: ground.setupTokens,
    get secrets() {
      return new Set([...record.secrets, ...ground.apiKeys, ...ground.setupTokens])
    },
    get person() {
      return ground.person
    },
    set person(person) {
      ground.person = person
    },
    count: (path) => record.requests.filter((request) => request.path === path).length,
    approve,
    approveDevice: (userCode) => devices.approve(userCode, ground.person),
    denyDevice: (userCode) => devices.deny(userCode),
    expireDevice: (userCode) => devices.expire(userCode),
    slowDownDevice: (userCode) => devices.slowDown(userCode),
    answerNext: (path, script, times = 1) => scripts.next(path, script, times),
    answerAlways: (path, script) => scripts.always(path, script),
    endGrant: (which) => grants.end(which),
    refuseAccess: (which) => grants.refuseAccess(which),
    setRotation: (provider, rotates) => void (rotates ? grants.keeping.delete(provider) : grants.keeping.add(provider)),
    rotateSigningKey: () => signing.rotate(),
    signWrongly: (wrong) => {
      signing.wrong = wrong
    },
    close: door.close,
  }
}

/** Runs `body` with a double that is closed afterwards. */
export async function withProviderDouble<T>(options: DoubleOptions, body: (double: ProviderDouble) => Promise<T>): Promise<T> {
  const double = await startProviderDouble(options)
  try {
    return await body(double)
  } finally {
    await double.close()
  }
}
