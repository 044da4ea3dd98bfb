// Who sits in front of the browser.

/** Whoever approves next. Each provider tells of it what it would tell of a real person. */
export interface Person {
  readonly user: string
  /** The workspace of ChatGPT, the organization of Anthropic. */
  readonly workspace: string
  readonly email?: string
  readonly plan: string
  readonly name: string
  /** Claims that are added to every token, or replace one of it as a whole; undefined takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>
}

export const robin: Person = {
  user: 'user-robin',
  workspace: 'workspace-robin',
  email: 'robin@practice.example',
  plan: 'plus',
  name: 'Robin',
}

/** The claims of OpenID Connect Core section 5.1 that a person has. */
export const profileOf = ({ email, name }: Person): Readonly<Record<string, unknown>> => ({
  name,
  ...(email === undefined ? {} : { email, email_verified: true }),
})
