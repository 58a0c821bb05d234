import type { Problem } from '@/api/types'

/** An answer of the API that is not a success, or no answer at all (`status` 0). */
export class ApiProblem extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title)
    this.name = 'ApiProblem'
    this.problem = problem
  }

  get status() {
    return this.problem.status
  }

  get code() {
    return this.problem.code
  }
}

export const isProblem = (error: unknown, code?: string): error is ApiProblem =>
  error instanceof ApiProblem && (code === undefined || error.code === code)

/** Codes whose own text says what happened but not what to do about it. */
const ADVICE: Record<string, string> = {
  invalid_credentials: 'The email address or the password is not right. Check both and try again.',
  invalid_code: 'The code is not right, or it was used already. Wait for the next one and try again.',
  stale_version: 'Somebody else changed this in the meantime. The newest values are shown now; make your change again.',
  permission_missing: 'Your role does not allow this. An owner or admin of the workspace can change your role.',
  campaign_state: 'The campaign has moved to another state in the meantime. Its current state is shown now.',
  role_above_own: 'Only somebody whose role may do at least as much can give or take this role.',
  import_not_text: 'This is not a text file. Export your sheet as CSV (comma separated, UTF-8) and upload that.',
  import_is_archive: 'This is a zip or Excel file. Open it and save it as CSV first.',
  import_empty: 'The file is empty. Check the export and upload it again.',
  import_too_large: 'The file is larger than 200 MB. Split it and import the parts one after the other.',
  network: 'The server did not answer. Check your connection; nothing was lost.',
}

export interface Explanation {
  title: string
  advice?: string
  traceId?: string
}

/** What a person can be told about a failure: a title, what to do, and the trace id support will ask for. */
export function explain(error: unknown): Explanation {
  if (!(error instanceof ApiProblem)) {
    return { title: 'Something went wrong', advice: error instanceof Error ? error.message : undefined }
  }
  const { problem } = error
  const advice = (problem.code ? ADVICE[problem.code] : undefined) ?? problem.detail ?? firstFieldError(problem) ?? fallback(problem.status)
  return { title: problem.title || 'Something went wrong', advice, traceId: problem.traceId }
}

function firstFieldError(problem: Problem) {
  const [field, messages] = Object.entries(problem.errors ?? {})[0] ?? []
  return field && messages?.[0] ? `${field}: ${messages[0]}` : undefined
}

function fallback(status: number) {
  if (status === 429) return 'Too many requests. Wait a moment and try again.'
  if (status >= 500) return 'The server could not finish this. Try again in a moment.'
  return undefined
}

/** Field names as forms know them: `Sender.FromEmail` and `$.sender.fromEmail` are both `sender.fromEmail`. */
export function normaliseField(key: string) {
  return key
    .replace(/^\$\.?/, '')
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
    .map(part => part.charAt(0).toLowerCase() + part.slice(1))
    .join('.')
}

/** Splits a problem into errors that belong to a field of the form and a sentence for everything else. */
export function toFormErrors(error: unknown, fields: readonly string[]): { fields: Record<string, string>; rest?: string } {
  const found: Record<string, string> = {}
  const rest: string[] = []
  const errors = error instanceof ApiProblem ? error.problem.errors : undefined
  for (const [key, messages] of Object.entries(errors ?? {})) {
    const name = normaliseField(key)
    const text = messages.join(' ')
    if (fields.includes(name)) found[name] = text
    else rest.push(name ? `${name}: ${text}` : text)
  }
  if (Object.keys(found).length === 0 && rest.length === 0) {
    const { title, advice } = explain(error)
    rest.push(advice ?? title)
  }
  return { fields: found, rest: rest.length > 0 ? rest.join(' ') : undefined }
}
