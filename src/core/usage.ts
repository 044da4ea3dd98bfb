import type { UsageWindow } from '../protocol/index.ts'

/** What a provider says of the use of a plan. */
export interface Usage {
  readonly windows: readonly UsageWindow[]
  readonly credits?: { readonly remaining?: number; readonly unlimited?: boolean; readonly unit: string }
  /** The plan, where the provider names it with the figures. */
  readonly plan?: string
}
