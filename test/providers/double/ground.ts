// What the servers of all providers stand on.
import type { Answer, DoubleRequest } from './answer.ts'
import { Codes, type Decision } from './codes.ts'
import { Devices } from './devices.ts'
import { Grants } from './grants.ts'
import { type Person, robin } from './person.ts'
import { DoubleRecord } from './record.ts'
import type { Signing } from './signing.ts'

export interface DoubleOptions {
  /** How long access tokens live, in seconds; by default as long as each provider's own do. */
  readonly lifetime?: number
  /** Seconds between the polls of a device flow; 1 by default. */
  readonly deviceInterval?: number
  /** Seconds from the issue of a ChatGPT token to its `earliest_refresh_at`; 0 by default. */
  readonly earliestRefresh?: number
  /** Servers besides those of the sign-in, such as the APIs that models answer at. */
  readonly further?: readonly ((ground: Ground) => Server)[]
}

export class Ground {
  /** Set as soon as the server listens. */
  origin = ''
  person: Person = robin
  readonly apiKeys = new Set<string>()
  readonly setupTokens = new Set<string>()
  readonly record = new DoubleRecord()
  readonly codes = new Codes(this.record)
  readonly grants = new Grants()
  readonly devices: Devices
  readonly signing: Signing
  readonly options: DoubleOptions

  constructor(signing: Signing, options: DoubleOptions) {
    this.signing = signing
    this.options = options
    this.devices = new Devices(this.record, options.deviceInterval ?? 1)
  }

  /** Seconds. `usual` is what the provider's own tokens have. */
  lifetime(usual: number): number {
    return this.options.lifetime ?? usual
  }

  /** A JWT that this server issues now. `lifetime` in seconds. */
  jwt(lifetime: number, claims: Readonly<Record<string, unknown>>, { claims: own }: Person): string {
    const now = Math.floor(Date.now() / 1000)
    return this.signing.token({ iss: this.origin, iat: now, exp: now + lifetime, ...claims, ...own })
  }
}

/** What one provider answers. */
export interface Server {
  readonly routes: Readonly<Record<string, (request: DoubleRequest) => Answer>>
  /** Decides an authorization request that is this provider's, and answers what the browser ends on; undefined for all others. */
  readonly approve?: (url: URL, decision: Decision) => string | undefined
}
