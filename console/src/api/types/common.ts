export type Id = string
/** ISO 8601, UTC. */
export type Instant = string

/** Minor units: 12300 EUR is 123.00 €. */
export interface Money {
  amount: number
  currency: string
}

export interface Page<T> {
  data: T[]
  next: string | null
}

export interface Problem {
  type?: string
  title: string
  status: number
  detail?: string
  code?: string
  traceId?: string
  errors?: Record<string, string[]>
}
