import type { Session } from '@/api/types'
import { useAuth } from './session'

export const can = (permissions: readonly string[], needed: string) => {
  const service = needed.split(':')[0]
  return permissions.includes(needed) || permissions.includes('*') || permissions.includes(`${service}:*`)
}

/** The session of whoever is signed in. Only for screens behind the sign-in. */
export function useSession(): Session {
  const auth = useAuth()
  if (auth.status !== 'signedIn') return EMPTY
  return auth.session
}

/** For the moment between signing out and leaving the page, when screens render once more. */
const EMPTY: Session = {
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
