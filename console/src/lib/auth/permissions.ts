import { useMemo } from 'react'
import type { Role, Session, Tenant } from '@/api/types'
import { useAuth } from './session'

export const can = (permissions: readonly string[], needed: string) => {
  const service = needed.split(':')[0]
  return permissions.includes(needed) || permissions.includes('*') || permissions.includes(`${service}:*`)
}

/** A session with a workspace: what every screen behind the sign-in works with. */
export interface WorkSession extends Session {
  tenant: Tenant
  role: Role
}

/** The session of whoever is signed in. Only for screens behind the sign-in. */
export function useSession(): WorkSession {
  const auth = useAuth()
  return useMemo(() => {
    if (auth.status !== 'signedIn') return EMPTY
    return { ...auth.session, tenant: auth.session.tenant ?? EMPTY.tenant, role: auth.session.role ?? EMPTY.role }
  }, [auth])
}

/** For the moment between signing out and leaving the page, when screens render once more. */
const EMPTY: WorkSession = {
  accessToken: '',
  expiresIn: 0,
  user: { id: '', email: '', name: '' },
  tenant: { id: '', name: '', currency: 'EUR', country: '', timeZone: 'UTC' },
  role: 'member',
  permissions: [],
}

export function useCan(permission: string) {
  return can(useSession().permissions, permission)
}
