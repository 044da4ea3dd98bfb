import type { BrokerSnapshot, ErrorResponse } from '../protocol/index.ts'
import type { HostCommandName, HostFacts, Stopped } from './handle.ts'
import type { HostOptions } from './host.ts'

/** What the worker is started with. */
export type WorkerStart = HostOptions

/** From the app to the worker. */
export type ToWorker =
  | { readonly kind: 'ask'; readonly id: number; readonly name: HostCommandName; readonly value: unknown }
  | { readonly kind: 'stop' }

/** From the worker to the app. Errors cross as their wire form, because a thrown class does not survive the way. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly facts: HostFacts; readonly snapshot: BrokerSnapshot }
  | { readonly kind: 'failed'; readonly error: ErrorResponse }
  | { readonly kind: 'snapshot'; readonly snapshot: BrokerSnapshot }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly error: ErrorResponse }
  | { readonly kind: 'stopped'; readonly how: Stopped }
