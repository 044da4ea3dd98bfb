/** What was looked at and how it is. A `problem` keeps something from working; an `advice` does not. */
export interface Finding {
  readonly topic: string
  readonly verdict: 'ok' | 'advice' | 'problem'
  readonly what: string
  readonly fix?: string
}

export const ok = (topic: string, what: string): Finding => ({ topic, verdict: 'ok', what })

export const advice = (topic: string, what: string, fix?: string): Finding => found(topic, 'advice', what, fix)

export const problem = (topic: string, what: string, fix?: string): Finding => found(topic, 'problem', what, fix)

const found = (topic: string, verdict: Finding['verdict'], what: string, fix: string | undefined): Finding => ({
  topic,
  verdict,
  what,
  ...(fix === undefined ? {} : { fix }),
})
