import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { z } from 'zod'
import { appRoute } from '@/app/base-routes'

const text = z.string().optional().catch(undefined)

export const messagesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/messages',
  validateSearch: z.object({ q: text, status: text, message: text }),
  component: lazyRouteComponent(() => import('./screens/messages'), 'Messages'),
})

export const sandboxRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/sandbox',
  validateSearch: z.object({ q: text, campaignId: text, message: text }),
  component: lazyRouteComponent(() => import('./screens/sandbox'), 'Sandbox'),
})

export const notificationRoutes = [messagesRoute, sandboxRoute] as const
