import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { z } from 'zod'
import { appRoute, rootRoute } from '@/app/base-routes'
import { can } from '@/lib/auth/permissions'
import { authState, settled } from '@/lib/auth/session'

const signInSearch = z.object({ redirect: z.string().startsWith('/').optional().catch(undefined) })
const tokenSearch = z.object({ token: z.string().optional().catch(undefined) })

const away = async () => {
  if ((await settled()).status === 'signedIn') throw redirect({ to: '/' })
}

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: signInSearch,
  component: lazyRouteComponent(() => import('./screens/sign-in'), 'SignIn'),
  beforeLoad: async ({ search }) => {
    if ((await settled()).status === 'signedIn') throw redirect({ href: search.redirect?.startsWith('//') ? '/' : (search.redirect ?? '/') })
  },
})

const registerRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/register',
  component: lazyRouteComponent(() => import('./screens/register'), 'Register'),
  beforeLoad: away,
})

export const acceptRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/accept-invitation',
  validateSearch: tokenSearch,
  component: lazyRouteComponent(() => import('./screens/accept-invitation'), 'AcceptInvitation'),
})

const forgotPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgot-password',
  component: lazyRouteComponent(() => import('./screens/forgot-password'), 'ForgotPassword'),
})

export const resetPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset-password',
  validateSearch: tokenSearch,
  component: lazyRouteComponent(() => import('./screens/reset-password'), 'ResetPassword'),
})

export const confirmEmailRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/confirm-email',
  validateSearch: tokenSearch,
  component: lazyRouteComponent(() => import('./screens/confirm-email'), 'ConfirmEmail'),
})

export const publicRoutes = [signInRoute, registerRoute, acceptRoute, forgotPasswordRoute, resetPasswordRoute, confirmEmailRoute] as const

const settingsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings',
  beforeLoad: () => {
    const auth = authState()
    const permissions = auth.status === 'signedIn' ? auth.session.permissions : []
    const first = can(permissions, 'tenant:write') ? '/settings/workspace' : can(permissions, 'members:read') ? '/settings/members' : can(permissions, 'brands:read') ? '/settings/brands' : '/settings/account'
    throw redirect({ to: first, replace: true })
  },
})

const workspaceRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/workspace',
  component: lazyRouteComponent(() => import('./screens/workspace'), 'Workspace'),
})

export const membersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/members',
  validateSearch: z.object({ invite: z.boolean().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./screens/members'), 'Members'),
})

const accountRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/account',
  component: lazyRouteComponent(() => import('./screens/account'), 'Account'),
})

export const identityRoutes = [settingsRoute, workspaceRoute, membersRoute, accountRoute] as const
