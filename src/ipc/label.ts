/**
 * Whether an account may have this label. The protocol has the same rule, which a test compares; its module is not for the window, as it
 * brings the errors of the broker along.
 */
export const labelPattern = /^[a-z0-9][a-z0-9._-]{0,63}$/i
