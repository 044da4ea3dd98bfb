/** One made-up person to sign in as. `id` becomes the `sub` claim. */
export interface PracticePerson {
  readonly id: string
  readonly name: string
  readonly email: string
}

/** The default cast. The addresses are in a top-level domain that can never receive mail (RFC 2606 section 2). */
export const practicePeople: readonly PracticePerson[] = [
  { id: 'robin', name: 'Robin Rivers', email: 'robin@practice.example' },
  { id: 'mika', name: 'Mika Meadows', email: 'mika@practice.example' },
  { id: 'sol', name: 'Sol Summers', email: 'sol@practice.example' },
]
