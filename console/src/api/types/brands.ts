import type { Id, Instant } from './common'

export interface BrandSender {
  fromName: string
  fromEmail: string
  replyTo?: string | null
}

export interface BrandFields {
  name: string
  isDefault: boolean
  primaryColor: string
  accentColor: string
  logoUrl?: string | null
  fontFamily: string
  voice?: string | null
  legalName: string
  postalAddress: string
  websiteUrl?: string | null
  language: string
  sender: BrandSender
}

export interface Brand extends BrandFields {
  id: Id
  version: number
  createdAt: Instant
  updatedAt: Instant
}
